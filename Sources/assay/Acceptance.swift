import ArgumentParser
import Content
import DataChecks
import Domain
import WorkbenchCore

/// What `--accept CHECK=REASON` lets pass: checks of the rows as texts, and those of the pre-flight.
struct Acceptance {
  var data: [DataCheck.Name: String] = [:]
  var preflight: [Preflight.Check: String] = [:]

  /// Reads the option's values.
  /// - Throws: `ValidationError` for a check that there is not, or one without a reason.
  init(_ words: [String]) throws {
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, parts[1].contains(where: { !$0.isWhitespace }) else {
        throw ValidationError("--accept takes a check and a reason, for example --accept clean=\"known typos\".")
      }
      if let name = DataCheck.Name(rawValue: parts[0]) {
        data[name] = parts[1]
      } else if let check = Preflight.Check(rawValue: parts[0]) {
        preflight[check] = parts[1]
      } else {
        let names = DataCheck.Name.allCases.map(\.rawValue) + Preflight.Check.allCases.map(\.rawValue)
        let near = Spelling.nearest(to: parts[0], among: names).map { " Did you mean \"\($0)\"?" } ?? ""
        throw ValidationError(
          "There is no check called \"\(parts[0])\".\(near) There are: \(names.joined(separator: ", ")).")
      }
    }
  }

  /// - Throws: `ValidationError` where a check of the rows as texts is named, which a job that goes on isn't held to.
  func requirePreflightOnly() throws {
    guard let name = data.keys.first else { return }
    let names = Preflight.Check.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError(
      "A job that goes on repeats the pre-flight only, and \(name.rawValue) is none of its checks. There are: \(names)."
    )
  }
}
