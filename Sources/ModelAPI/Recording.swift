import Content
import Domain
import Files
import Foundation

/// The answers in a file of `{"id", "output"}` lines, by case.
///
/// A line may add `finish_reason`, `usage` as of a chat completion, `latency` (or `latency_ms`) and `first_token` in
/// seconds. An output that isn't a string counts as its JSON text. With `match` it is the answer only where that text occurs
/// in the last message sent, so that a case may have several.
struct Recording {
  private struct Entry {
    var match: String?
    var answer: Answer
    var line: Int
  }
  private var entries: [String: [Entry]] = [:]

  /// How many cases have an answer.
  var count: Int { entries.count }

  /// The answer to a case: the first one whose `match` occurs in the last message, or else the one without.
  func answer(to caseID: String, lastMessage: String) -> Answer? {
    let candidates = entries[caseID] ?? []
    return
      (candidates.first { $0.match.map(lastMessage.contains) == true }
      ?? candidates.first { $0.match == nil })?.answer
  }

  /// Whether a case has any answer.
  func contains(_ caseID: String) -> Bool { entries[caseID] != nil }

  /// Reads a file of at most `limit` bytes.
  /// - Throws: `ModelFailure.rejected` that names the file and the line.
  init(path: String, name: String, limit: Int) throws(ModelFailure) {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileBytes.read(path, limit: limit) } catch .tooLarge {
      throw .rejected("\(name) has more than \(limit) bytes. Split it.")
    } catch {
      throw .rejected(
        "\(name) can't be read. \(error) Check the model's file in assay.yaml: it is relative to the workspace.")
    }
    try self.init(bytes, name: name)
  }

  /// Reads lines.
  init(_ bytes: some Collection<UInt8>, name: String) throws(ModelFailure) {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .rejected("\(name) isn't UTF-8 text.") }
    let content = text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? text.utf8.dropFirst(3) : text.utf8[...]
    for (index, line) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      let json: JSONValue
      do {
        json = try JSONValue(parsing: String(Substring(line)), firstLine: index + 1)
      } catch {
        throw .rejected("\(name), \(SafeText.line(error.description, limit: 160)).")
      }
      try add(json, line: index + 1, name: name)
    }
  }

  private mutating func add(_ json: JSONValue, line: Int, name: String) throws(ModelFailure) {
    guard let id = json["id"]?.string ?? json["id"]?.number?.text else {
      throw .rejected("\(name), line \(line): expected an object with an id.")
    }
    guard let output = json["output"] else {
      throw .rejected("\(name), line \(line): the case \(SafeText.line(id, limit: 80)) has no output.")
    }
    let match = json["match"].flatMap { $0.isNull ? nil : $0 }
    guard match == nil || match?.string?.isEmpty == false else {
      throw .rejected("\(name), line \(line): \"match\" must be a text that the last message has.")
    }
    let entry = Entry(
      match: match?.string,
      answer: Answer(
        text: output.string ?? output.text(.compact), finishReason: json["finish_reason"]?.string,
        usage: json["usage"].map { TokenUsage(chat: $0) } ?? TokenUsage(),
        latency: Self.seconds(json["latency"]) ?? Self.seconds(json["latency_ms"]).map { $0 / 1000 } ?? 0,
        firstToken: Self.seconds(json["first_token"])),
      line: line)
    let other = entries[id]?.first { $0.match == entry.match }
    if let other, other.answer.text != entry.answer.text {
      throw .rejected(
        "\(name), line \(line): the case \(SafeText.line(id, limit: 80)) has another output in line \(other.line). "
          + "Keep one of them.")
    }
    if other == nil { entries[id, default: []].append(entry) }
  }

  private static func seconds(_ json: JSONValue?) -> Double? {
    json?.double.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
  }
}
