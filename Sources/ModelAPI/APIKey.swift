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
    // The text isn't repeated: it may be the key itself, put where its variable's name belongs.
    guard Self.isName(variable) else {
      throw .rejected("A key_env in assay.yaml isn't the name of a variable, such as OPENAI_API_KEY. Correct it.")
    }
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

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return text.unicodeScalars.allSatisfy { $0 == "_" || $0.isASCII && $0.properties.isAlphabetic || "0"..."9" ~= $0 }
  }

  /// The process's own environment.
  static let processEnvironment: @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
}
