import Measurement
import TimedLoops

/// How long a cycle is now; costs some 8 us.
func cycleLength() -> CycleLength? { CycleLength(nanoseconds: cycleTime()) }
