import ArgumentParser
import Domain
import ModelAPI
import WorkbenchCore

/// `assay key`: keys in the system's key store.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Keep keys of endpoints in the system's key store (keyring or keychain), and remove them.",
    discussion: """
      A model's key_env names a variable. Its key is taken from the environment, and where that has none from the \
      system's key store, where it is kept for one host and sent to no other. Keys are never written to files, arguments or output.
      """,
    subcommands: [Set.self, Remove.self])

  /// Keeps a key.
  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Keep the key for a variable; it is read from the terminal unseen, or from stdin.")
    @Argument(help: "The variable that key_env names, for example OPENAI_API_KEY.")
    var variable: String
    @OptionGroup var host: Host
    func run() async throws {
      let name = try host.name(of: variable)
      let key = try HiddenInput.read("Key for \(name.host) (\(variable)), not shown: ")
      try await KeyStore.system.set(key, for: name)
      print("Stored \(variable) for \(name.host).")
    }
  }

  /// Forgets a key.
  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove the key for a variable.")
    @Argument(help: "The variable that key_env names, for example OPENAI_API_KEY.")
    var variable: String
    @OptionGroup var host: Host
    func run() async throws {
      let name = try host.name(of: variable)
      try await KeyStore.system.remove(name)
      print("Removed \(variable) for \(name.host).")
    }
  }

  /// The host that a key is for.
  struct Host: ParsableArguments {
    @Option(
      name: .customLong("for"),
      help: ArgumentHelp(
        "The only host that the key is sent to; known for OPENAI_API_KEY and ANTHROPIC_API_KEY.", valueName: "host"))
    var host: String?

    func name(of variable: String) throws -> KeyName {
      let official = [Endpoint.Dialect].builtIn.first { $0.usualKey == variable }
      guard let host = host ?? official?.usualHost else {
        throw ValidationError("Say which host the key is for, such as --for api.example.com.")
      }
      return KeyName(variable, for: host)
    }
  }
}
