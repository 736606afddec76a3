import Text

/// What a run would measure: the columns of `summary.csv` that are known before, of the same rows.
public struct PlanTable: Sendable {
  /// A row for each cell and arm; what is measured is not looked at.
  public var rows: [SummaryRow]
  /// What does not fit the machine, and why.
  public var leftOut: [Meta.Unmeasured]
  /// About how long the run would take.
  public var seconds: Double
  public var processes: Int
  public var layouts: Int

  public init(
    _ rows: [SummaryRow], leftOut: [Meta.Unmeasured], seconds: Double, processes: Int, layouts: Int
  ) {
    self.rows = rows
    self.leftOut = leftOut
    self.seconds = seconds
    self.processes = processes
    self.layouts = layouts
  }

  /// The rows alone.
  public var csv: String { rows.csv(SummaryRow.plannedColumns) }

  /// An object: the rows as `cells`, and what else is known.
  public var json: String {
    """
    {
    "seconds": \(Int(seconds.rounded(.up))),
    "processes": \(processes),
    "layouts": \(layouts),
    "left_out": \(leftOut.json().trimmedAtEnd),
    "cells": \(rows.json(SummaryRow.plannedColumns).trimmedAtEnd)
    }

    """
  }
}
