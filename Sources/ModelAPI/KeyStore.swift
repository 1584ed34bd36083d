import Foundation
import Processes
import Synchronization
import WorkbenchCore

/// The system's own store of secrets: the keyring on Linux (libsecret), the keychain on macOS. Keys stand there under the
/// service `assay` and the name of their variable.
///
/// It is reached through the system's tool, without a shell; no key is ever among the arguments, which everybody on the
/// machine can read. Where the tool is missing there are no keys.
public final class KeyStore: Sendable {
  /// The system's tool.
  enum Tool: Sendable, Hashable {
    /// `secret-tool` of libsecret, at a path.
    case secretTool(String)
    /// macOS's `security`, at a path.
    case security(String)

    /// What to start: path, arguments and input.
    typealias Call = (path: String, arguments: [String], input: String)

    /// Writes a key to its output.
    func looking(for variable: String) -> Call {
      switch self {
      case .secretTool(let path): (path, ["lookup", "service", "assay", "account", variable], "")
      case .security(let path): (path, ["find-generic-password", "-s", "assay", "-a", variable, "-w"], "")
      }
    }

    /// Keeps a key, in place of the one before.
    func keeping(_ key: String, for variable: String) -> Call {
      switch self {
      case .secretTool(let path):
        return (path, ["store", "--label=Assay: \(variable)", "service", "assay", "account", variable], key)
      case .security(let path):
        // Commands come through its input too; as hexadecimal digits the key needs no quotes.
        let hex = key.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return (path, ["-i"], "add-generic-password -U -s assay -a \(variable) -X \(hex)\n")
      }
    }

    /// Forgets a key.
    func removing(_ variable: String) -> Call {
      switch self {
      case .secretTool(let path): (path, ["clear", "service", "assay", "account", variable], "")
      case .security(let path): (path, ["delete-generic-password", "-s", "assay", "-a", variable], "")
      }
    }
  }

  /// This system's store.
  public static let system = KeyStore(path: ProcessInfo.processInfo.environment["PATH"])
  /// A store without keys.
  public static let none = KeyStore(tool: nil)

  private let tool: Tool?
  private let limit: Duration
  private let lookups = Mutex<[String: Task<String?, Never>]>([:])
  private let found = Mutex<[String: String]>([:])

  /// The system's store, whose tool is looked for in a search path; macOS's has a place of its own.
  public convenience init(path: String?) {
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

  /// The key for a variable. The system is asked once; later calls get the same answer.
  public func key(for variable: String) async -> String? {
    guard tool != nil, APIKey.isName(variable) else { return nil }
    let lookup = lookups.withLock { lookups in
      if let lookup = lookups[variable] { return lookup }
      let lookup = Task { [self] in
        let key = await ask(for: variable)
        found.withLock { $0[variable] = key }
        return key
      }
      lookups[variable] = lookup
      return lookup
    }
    return await lookup.value
  }

  /// The key for a variable, if the system was asked for it before.
  func known(_ variable: String) -> String? { found.withLock { $0[variable] } }

  /// Keeps a key.
  /// - Throws: `ModelFailure.rejected` with a sentence, which never holds the key.
  public func set(_ key: String, for variable: String) async throws(ModelFailure) {
    let tool = try tool(for: variable)
    guard APIKey.canBeKey(key) else {
      throw .rejected("That has characters that no key can have, or is empty. Nothing was changed.")
    }
    let answer = try await run(tool.keeping(key, for: variable))
    // Read again: not every tool says with its status whether it has kept something.
    guard await ask(for: variable) == key else { throw failure("didn't keep the key", answer.errors) }
    forget(variable)
  }

  /// Forgets a key.
  /// - Throws: `ModelFailure.rejected` with a sentence.
  public func remove(_ variable: String) async throws(ModelFailure) {
    let tool = try tool(for: variable)
    let answer = try await run(tool.removing(variable))
    guard await ask(for: variable) == nil else { throw failure("still has the key", answer.errors) }
    guard answer.ending.isSuccess else {
      throw failure("has no key for \(variable), or can't be opened", answer.errors)
    }
    forget(variable)
  }

  private func forget(_ variable: String) {
    lookups.withLock { $0[variable] = nil }
    found.withLock { $0[variable] = nil }
  }

  private func tool(for variable: String) throws(ModelFailure) -> Tool {
    guard APIKey.isName(variable) else {
      throw .rejected("A key stands under the name of a variable, such as OPENAI_API_KEY: letters, digits and _.")
    }
    guard let tool else {
      throw .rejected(
        "There is no key store here: it needs secret-tool (on Debian and Ubuntu: apt install libsecret-tools) and a "
          + "keyring. Without them, put the key into the environment variable \(variable).")
    }
    return tool
  }

  private func failure(_ what: String, _ errors: String) -> ModelFailure {
    let said = SafeText.line(errors)
    return .rejected("The system's key store \(what)." + (said.isEmpty ? "" : " It says: \(said)"))
  }

  // MARK: The tool

  private func ask(for variable: String) async -> String? {
    guard let tool, let answer = try? await run(tool.looking(for: variable)), answer.ending.isSuccess else {
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
        try await Program(call.path, call.arguments).talk(
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
