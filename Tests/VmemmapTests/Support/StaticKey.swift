import Vmemmap

/// Runs the body with the static key that an encoding tests in the position of a state of HVO.
///
/// Where the position is part of the code, or there is no key, bodies do not exclude each other.
func withStaticKey<Encoding: CompoundEncoding>(
  of _: Encoding.Type, in state: HVOState, _ body: () throws -> Void
) throws {
  try withStaticKey(Encoding.staticKey, in: state, body)
}

/// The same for a form of `page_ref_add_unless()`.
func withStaticKey<Form: PageRefForm>(
  of _: Form.Type, in state: HVOState, _ body: () throws -> Void
) throws {
  try withStaticKey(Form.staticKey, in: state, body)
}

private func withStaticKey(
  _ key: (any StaticKey.Type)?, in state: HVOState, _ body: () throws -> Void
) throws {
  if key?.isConstant ?? true {
    try body()
  } else {
    try withStaticKey(state.isKeyEnabled, body)
  }
}
