import Domain
import Foundation

/// Where a key comes from: an environment variable, read anew for each request, or else the system's key store under the
/// variable's name and the host that it is for. Holds no key.
struct APIKey: Sendable {
  /// The variable's name; nil when the service needs no key.
  let variable: String?
  /// The host that it is sent to.
  var host = ""
  /// Where keys stand that the environment doesn't have.
  var store = KeyStore.none
  /// Reads a variable.
  let environment: @Sendable (String) -> String?

  /// A key that is known and stands in no variable: an engine's secret. The name is for sentences only.
  static func fixed(_ key: String) -> APIKey { APIKey(variable: "ASSAY_ENGINE_SECRET", environment: { _ in key }) }

  /// The key, nil when none is needed. The system's key store is asked for it the first time, which may take seconds.
  /// - Throws: `ModelFailure.rejected` that names the variable.
  func load() async throws(ModelFailure) -> String? {
    if let variable, Self.isName(variable), value(of: variable).isEmpty {
      _ = await store.key(for: KeyName(variable, for: host))
    }
    return try read()
  }

  /// The key as far as it is known without asking the system's key store; nil when none is needed.
  /// - Throws: `ModelFailure.rejected` that names the variable.
  func read() throws(ModelFailure) -> String? {
    guard let variable else { return nil }
    // The text isn't repeated: it may be the key itself, put where its variable's name belongs.
    guard Self.isName(variable) else {
      throw .rejected("A key_env in assay.yaml isn't the name of a variable, such as OPENAI_API_KEY. Correct it.")
    }
    var key = value(of: variable)
    var place = "environment variable \(variable)"
    if key.isEmpty, let kept = store.known(KeyName(variable, for: host)) {
      key = kept
      place = "system's key store for \(variable)"
    }
    guard !key.isEmpty else {
      throw .rejected(
        "No API key: \(variable) is not set, and the system's key store has none for \(host). Set it (export "
          + "\(variable)=…), or keep it for good (assay key set \(variable) --for \(host)), and start again.")
    }
    guard Self.canBeKey(key) else {
      throw .rejected("The key in the \(place) has characters that no key can have. Set it again.")
    }
    return key
  }

  private func value(of variable: String) -> String {
    (environment(variable) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Whether a text can be the name of a variable.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return text.unicodeScalars.allSatisfy { $0 == "_" || $0.isASCII && $0.properties.isAlphabetic || "0"..."9" ~= $0 }
  }

  /// Whether a text can be a key, which goes into a header.
  static func canBeKey(_ text: String) -> Bool {
    !text.isEmpty && text.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0.value != 0x7F }
  }

  /// The process's own environment.
  static let processEnvironment: @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
}
