import ArgumentParser
import ModelAPI

/// `assay key`: keys in the system's key store.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Keep keys of endpoints in the system's key store (keyring or keychain), and remove them.",
    discussion: """
      A model's key_env names a variable. Its key is taken from the environment, and where that has none from the \
      system's key store. Keys are never written to files, arguments or output.
      """,
    subcommands: [Set.self, Remove.self])

  /// Keeps a key.
  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Keep the key for a variable; it is read from the terminal unseen, or from stdin.")
    @Argument(help: "The variable that key_env names, for example OPENAI_API_KEY.")
    var variable: String
    func run() async throws {
      let key = try HiddenInput.read("The key for \(variable), which is not shown: ")
      try await KeyStore.system.set(key, for: variable)
      print("The system's key store has the key for \(variable).")
    }
  }

  /// Forgets a key.
  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove the key for a variable.")
    @Argument(help: "The variable that key_env names, for example OPENAI_API_KEY.")
    var variable: String
    func run() async throws {
      try await KeyStore.system.remove(variable)
      print("The system's key store has no key for \(variable) any more.")
    }
  }
}
