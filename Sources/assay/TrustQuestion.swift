import Domain
import Drawing
import Foundation
import Terminal
import WorkbenchCore

/// Asks a person on the terminal whether a workspace may do what its files ask for.
enum TrustQuestion {
  /// Returns once the workspace is trusted: at once where it is already.
  /// - Throws: `WorkbenchError.untrusted` when the person says no, or when there is no terminal to ask on.
  static func ask(_ workbench: Workbench) async throws {
    let snapshot = await workbench.snapshot
    guard let asked = permissions(snapshot.trust) else { return }
    guard isatty(STDIN_FILENO) == 1, Console.errors.isTerminal else { throw WorkbenchError.untrusted(asked) }
    tell(asked, of: snapshot)
    guard confirm("Trust it?") else { throw WorkbenchError.untrusted(asked) }
    try await workbench.perform(.trust(asked))
  }

  /// What a workspace asks for that nobody has allowed; nil where it is trusted.
  static func permissions(_ trust: WorkspaceTrust) -> [Permission]? {
    switch trust {
    case .trusted: nil
    case .untrusted(let permissions), .changed(let permissions): permissions
    }
  }

  /// Lists on stderr what a workspace asks for.
  static func tell(_ permissions: [Permission], of snapshot: Snapshot) {
    Wiring.say(sentence(snapshot.trust, folder: snapshot.workspace.folder))
    for permission in permissions { Wiring.say("  · " + line(permission)) }
  }

  private static func sentence(_ trust: WorkspaceTrust, folder: String) -> String {
    switch trust {
    case .trusted: "\(folder) is trusted with:"
    case .untrusted(let permissions) where permissions.isEmpty:
      "\(folder) is not trusted yet. It starts no program and contacts no address; trusting it lets Assay keep runs, jobs and drafts in its .assay."
    case .untrusted: "\(folder) is not trusted yet. Its files would:"
    case .changed: "\(folder) was trusted before. Its files now also:"
    }
  }

  /// A permission as a line that can do a terminal no harm.
  static func line(_ permission: Permission) -> String { TextWidth.singleLine(permission.description) }

  /// Asks for yes or no; no is the default.
  static func confirm(_ question: String) -> Bool {
    Console.errors.write("\(question) [y/N] ")
    let answer = readLine(strippingNewline: true)?.trimmingCharacters(in: .whitespaces).lowercased()
    return answer == "y" || answer == "yes"
  }
}
