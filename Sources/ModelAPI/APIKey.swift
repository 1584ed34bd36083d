import Foundation
import WorkbenchCore

/// Where a key comes from: an environment variable, read anew for each request. Holds no key.
struct APIKey: Sendable {
  /// The variable's name; nil when the service needs no key.
  let variable: String?
  /// Reads a variable.
  let environment: @Sendable (String) -> String?

  /// The key, nil when none is needed.
  /// - Throws: `ModelFailure.rejected` that names the variable.
  func read() throws(ModelFailure) -> String? {
    guard let variable else { return nil }
    let key = (environment(variable) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    guard !key.isEmpty else {
      throw .rejected(
        "The environment variable \(variable) holds no key. Set it (export \(variable)=…) and start again.")
    }
    guard key.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 0x20 && $0.value != 0x7F }) else {
      throw .rejected(
        "The key in the environment variable \(variable) has characters that no key can have. Set it again.")
    }
    return key
  }

  /// The process's own environment.
  static let processEnvironment: @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
}
