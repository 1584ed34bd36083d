import Content

/// Why a command could not be carried out: a sentence that says what to do next.
public enum WorkbenchError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was asked for doesn't exist or doesn't fit.
  case input(String)
  /// A model, the engine or a trainer failed.
  case model(String)
  /// A limit that somebody set was reached.
  case budget(String)
  /// Files are not as they were meant, and something rests on them: a sentence, and what is wrong in them.
  case files(String, [Problem])
  /// Nobody has trusted the workspace with these things yet.
  case untrusted([Permission])
  /// It would cost more than a person has to be asked for.
  case unconfirmed(Charge)

  /// The sentence.
  public var description: String {
    switch self {
    case .input(let text), .model(let text), .budget(let text), .files(let text, _): text
    case .unconfirmed(let charge):
      "Nobody has agreed to the cost yet. " + charge.items.map(\.sentence).joined(separator: " ")
    case .untrusted:
      "This workspace is not trusted: Assay starts no program, reads no key and contacts no server for it until you allow "
        + "that."
    }
  }

  /// Files that something rests on are not as they were meant.
  package static func flawed(_ what: String, _ flaws: [Problem]) -> WorkbenchError {
    let more = flaws.count > 3 ? " … and \(flaws.count - 3) more." : ""
    return .files(
      "Not \(what). Fix this first: " + flaws.prefix(3).map(\.description).joined(separator: " ") + more, flaws)
  }

  /// There is no such thing; suggests the nearest name.
  public static func unknown(
    _ kind: String, _ name: String, among names: [String], whenNone: String = "Add one to assay.yaml."
  ) -> WorkbenchError {
    let near = Spelling.nearest(to: name, among: names).map { " Did you mean \"\($0)\"?" } ?? ""
    let list =
      names.isEmpty ? "There is none yet. \(whenNone)" : "There are: \(names.joined(separator: ", "))."
    return .input("There is no \(kind) called \"\(name)\".\(near) \(list)")
  }
}
