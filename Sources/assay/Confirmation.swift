import Domain
import Foundation
import Terminal
import WorkbenchCore

/// The question before something is deleted.
enum Confirmation {
  /// Tells what is about to be deleted and asks whether to go on.
  /// - Parameter yes: Whether the person agreed on the command line.
  /// - Throws: `WorkbenchError.input` where the answer is no, or there is no terminal to ask on.
  static func require(_ sentence: String, yes: Bool) throws {
    Wiring.say(sentence)
    if yes { return }
    guard isatty(STDIN_FILENO) == 1, Console.errors.isTerminal else {
      throw WorkbenchError.input("Nothing was deleted: pass --yes to delete without a question.")
    }
    guard TrustQuestion.confirm("Delete?") else { throw WorkbenchError.input("Nothing was deleted.") }
  }
}
