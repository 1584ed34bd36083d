/// A promise of a port, which everything that takes the port's place must keep: the real thing, and the fake that other
/// tests trust.
package struct PortContract<Port: Sendable>: Sendable, CustomStringConvertible {
  /// What is promised.
  package let description: String
  /// Tries it on something new.
  package let check: @Sendable (Port) async throws -> Void

  init(_ description: String, _ check: @escaping @Sendable (Port) async throws -> Void) {
    self.description = description
    self.check = check
  }
}

/// A promise that wasn't kept.
package struct BrokenContract: Error, CustomStringConvertible {
  /// What wasn't as promised, and where.
  package let description: String
}

/// - Throws: `BrokenContract` unless the condition holds.
func hold(
  _ condition: Bool, _ promise: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws {
  if !condition { throw BrokenContract(description: "\(file):\(line): \(promise())") }
}

/// - Throws: `BrokenContract` unless both are the same.
func same<Value: Equatable>(
  _ value: Value, _ wanted: Value, _ promise: @autoclosure () -> String = "",
  file: StaticString = #fileID, line: UInt = #line
) throws {
  try hold(value == wanted, "\(promise()) got \(value), wanted \(wanted)", file: file, line: line)
}

/// - Throws: `BrokenContract` where nothing is thrown.
func refused(
  _ promise: String, file: StaticString = #fileID, line: UInt = #line, _ body: () async throws -> Void
) async throws {
  do { try await body() } catch { return }
  throw BrokenContract(description: "\(file):\(line): \(promise)")
}
