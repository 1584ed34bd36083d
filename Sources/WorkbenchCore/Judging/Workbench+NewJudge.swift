import Content
import Domain
import Grading

extension Judge {
  /// The judge as its file says it.
  package var fileText: String {
    func quoted(_ text: String) -> String { JSONValue.string(text).text() }
    var lines = ["---"]
    lines.append(
      models.count == 1 ? "model: \(quoted(models[0]))" : "models: [\(models.map(quoted).joined(separator: ", "))]")
    switch scale {
    case .binary: lines.append("scale: binary")
    case .oneToFive: lines.append("scale: 1-5")
    case .choices(let choices):
      lines.append("scale:")
      lines += choices.map { "  \(quoted($0.label)): \(JSONValue($0.score).text())" }
    }
    if votes > 1 { lines.append("votes: \(votes)") }
    if let threshold {
      lines.append("threshold: \(JSONValue(scale == .oneToFive ? 1 + 4 * threshold : threshold).text())")
    }
    if let temperature { lines.append("temperature: \(JSONValue(temperature).text())") }
    return lines.joined(separator: "\n") + "\n---\n\(prompt)\n"
  }
}

extension Workbench {
  /// Writes a new judge's file.
  /// - Throws: `WorkbenchError.input` where its name or its prompt can't be used, or where there is one already.
  package func add(_ judge: Judge) async throws {
    let isName = !judge.name.isEmpty && judge.name.count <= 64 && judge.name.first != "."
    guard isName, judge.name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) }) else {
      throw WorkbenchError.input("A judge's name has letters, digits, - and _ only, such as helpful.")
    }
    if let flaw = judge.slotFlaws.first { throw WorkbenchError.input("The judge can't be written. \(flaw.sentence)") }
    guard try await dependencies.files.text(of: judge.path) == nil else {
      throw WorkbenchError.input("\(judge.path) exists already: choose another --name.")
    }
    try await dependencies.files.write(text: judge.fileText, to: judge.path)
  }
}
