import Domain
import Foundation
import Processes
import Synchronization

/// Which key: the variable that a model's `key_env` names, and the only host that its key is sent to.
package struct KeyName: Sendable, Hashable {
  /// The variable's name.
  package var variable: String
  /// The host, in lower case, without a port.
  package var host: String

  /// - Parameter host: a host's name or address.
  package init(_ variable: String, for host: String) {
    self.variable = variable
    self.host = host.lowercased()
  }

  /// What the system's key store calls the service.
  fileprivate var service: String { "assay:" + host }

  /// Whether both can be what they are meant to be.
  fileprivate var isUsable: Bool {
    APIKey.isName(variable) && (1...253).contains(host.utf8.count) && !host.hasPrefix("-")
      && host.utf8.allSatisfy { byte in
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "_")
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
  }
}

/// The system's own store of secrets: the keyring on Linux (libsecret), the keychain on macOS. A key stands there under the
/// service `assay:HOST` and the name of its variable, so that it is found for that host alone.
///
/// It is reached through the system's tool, without a shell; no key is ever among the arguments, which everybody on the
/// machine can read. Where the tool is missing there are no keys.
package final class KeyStore: Sendable {
  /// The system's tool.
  enum Tool: Sendable, Hashable {
    /// `secret-tool` of libsecret, at a path.
    case secretTool(String)
    /// macOS's `security`, at a path.
    case security(String)

    /// What to start: path, arguments and input.
    typealias Call = (path: String, arguments: [String], input: String)

    /// Writes a key to its output.
    func looking(for key: KeyName) -> Call {
      switch self {
      case .secretTool(let path): (path, ["lookup", "service", key.service, "account", key.variable], "")
      case .security(let path): (path, ["find-generic-password", "-s", key.service, "-a", key.variable, "-w"], "")
      }
    }

    /// Keeps a key, in place of the one before.
    func keeping(_ secret: String, for key: KeyName) -> Call {
      switch self {
      case .secretTool(let path):
        return (
          path, ["store", "--label=Assay: \(key.variable)", "service", key.service, "account", key.variable], secret
        )
      case .security(let path):
        // Commands come through its input too; as hexadecimal digits the key needs no quotes.
        let hex = secret.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return (path, ["-i"], "add-generic-password -U -s \(key.service) -a \(key.variable) -X \(hex)\n")
      }
    }

    /// Forgets a key.
    func removing(_ key: KeyName) -> Call {
      switch self {
      case .secretTool(let path): (path, ["clear", "service", key.service, "account", key.variable], "")
      case .security(let path): (path, ["delete-generic-password", "-s", key.service, "-a", key.variable], "")
      }
    }
  }

  /// What the keyring's tool needs to find the session's bus.
  private static let variables = ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"]

  /// This system's store.
  package static let system = KeyStore(path: ProcessInfo.processInfo.environment["PATH"])
  /// A store without keys.
  package static let none = KeyStore(tool: nil)

  private let tool: Tool?
  private let limit: Duration
  private let lookups = Mutex<[KeyName: Task<String?, Never>]>([:])
  private let found = Mutex<[KeyName: String]>([:])

  /// The system's store, whose tool is looked for in a search path; macOS's has a place of its own.
  package convenience init(path: String?) {
    #if os(macOS)
      self.init(tool: .security("/usr/bin/security"))
    #else
      self.init(tool: Program.find("secret-tool", path: path).map(Tool.secretTool))
    #endif
  }

  /// - Parameter limit: how long the tool may take.
  init(tool: Tool?, limit: Duration = .seconds(10)) {
    self.tool = tool
    self.limit = limit
  }

  /// The key for a variable and a host. The system is asked once; later calls get the same answer.
  package func key(for name: KeyName) async -> String? {
    guard tool != nil, name.isUsable else { return nil }
    let lookup = lookups.withLock { lookups in
      if let lookup = lookups[name] { return lookup }
      let lookup = Task { [self] in
        let key = await ask(for: name)
        found.withLock { $0[name] = key }
        return key
      }
      lookups[name] = lookup
      return lookup
    }
    return await lookup.value
  }

  /// The key, if the system was asked for it before.
  func known(_ name: KeyName) -> String? { found.withLock { $0[name] } }

  /// Keeps a key.
  /// - Throws: `ModelFailure.rejected` with a sentence, which never holds the key.
  package func set(_ key: String, for name: KeyName) async throws(ModelFailure) {
    let tool = try tool(for: name)
    guard APIKey.canBeKey(key) else {
      throw .rejected("The key is empty or has characters that a key cannot have. Nothing was stored.")
    }
    let answer = try await run(tool.keeping(key, for: name))
    // Read again: not every tool says with its status whether it has kept something.
    guard await ask(for: name) == key else { throw failure("didn't keep the key", answer.errors) }
    forget(name)
  }

  /// Forgets a key.
  /// - Throws: `ModelFailure.rejected` with a sentence.
  package func remove(_ name: KeyName) async throws(ModelFailure) {
    let tool = try tool(for: name)
    let answer = try await run(tool.removing(name))
    guard await ask(for: name) == nil else { throw failure("still has the key", answer.errors) }
    guard answer.ending.isSuccess else {
      throw failure("has no key in \(name.variable) for \(name.host), or can't be opened", answer.errors)
    }
    forget(name)
  }

  private func forget(_ name: KeyName) {
    lookups.withLock { $0[name] = nil }
    found.withLock { $0[name] = nil }
  }

  private func tool(for name: KeyName) throws(ModelFailure) -> Tool {
    guard name.isUsable else {
      throw .rejected(
        "A key is kept for a variable, such as OPENAI_API_KEY (letters, digits and _), and for a host, such as "
          + "api.openai.com, without a scheme or a port.")
    }
    guard let tool else {
      throw .rejected(
        "There is no key store here: it needs secret-tool (on Debian and Ubuntu: apt install libsecret-tools) and a "
          + "keyring. Without them, put the key into the environment variable \(name.variable).")
    }
    return tool
  }

  private func failure(_ what: String, _ errors: String) -> ModelFailure {
    let said = SafeText.line(errors)
    return .rejected("The system's key store \(what)." + (said.isEmpty ? "" : " It says: \(said)"))
  }

  // MARK: The tool

  private func ask(for name: KeyName) async -> String? {
    guard let tool, let answer = try? await run(tool.looking(for: name)), answer.ending.isSuccess else {
      return nil
    }
    let key = answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
    return key.isEmpty ? nil : key
  }

  private func run(_ call: Tool.Call) async throws(ModelFailure) -> (
    ending: Program.Ending, output: String, errors: String
  ) {
    let (input, feed) = AsyncStream.makeStream(of: [UInt8].self)
    let (stops, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    if !call.input.isEmpty { feed.yield(Array(call.input.utf8)) }
    feed.finish()
    let (output, errors) = (Text(), Text())
    let hasTakenTooLong = Mutex(false)
    let timer = Task { [limit] in
      try await Task.sleep(for: limit)
      hasTakenTooLong.withLock { $0 = true }
      stop.yield()
    }
    defer { timer.cancel() }
    let ending: Program.Ending
    do {
      ending = try await withTaskCancellationHandler {
        try await Program(call.path, call.arguments, inherits: .named(Self.variables)).talk(
          input: input, patience: .seconds(1), stops: stops, onOutput: { output.add($0) }, onErrors: { errors.add($0) })
      } onCancel: {
        stop.yield()
      }
    } catch {
      throw .rejected("The system's key store can't be reached: \(SafeText.line(String(describing: error)))")
    }
    if hasTakenTooLong.withLock({ $0 }) {
      throw .rejected(
        "The system's key store took longer than \(limit.components.seconds) s: it may wait for its password. Unlock it."
      )
    }
    return (ending, output.text, errors.text)
  }

  /// Collects the start of what a tool writes.
  private final class Text: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    func add(_ more: [UInt8]) { bytes.withLock { $0 += more.prefix(65_536 - $0.count) } }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
  }
}
