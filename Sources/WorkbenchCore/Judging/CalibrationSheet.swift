import Content
import Domain
import Evidence
import Grading

/// Answers to be labelled by a person who doesn't see what the judge says of them, or whose they are.
///
/// As many of them were passed by the judge as were failed, as far as there are so many. Which half an answer belongs to
/// follows from what it is, so that an answer that tuning has seen never measures the judge.
package struct CalibrationSheet: Sendable {
  /// One answer.
  package struct Item: Sendable, Hashable, Identifiable {
    /// Says which answer it is and nothing more.
    package var id: String
    /// The eval set.
    package var set: String
    /// The case.
    package var caseID: String
    /// What the case asks.
    package var input: JSONValue
    /// What a good answer is, where the case says it.
    package var expected: JSONValue?
    /// The answer, without reasoning.
    package var answer: String
    /// Whether the judge passes it.
    package var judgePasses: Bool
    /// Whether disagreements about it may be looked at to tune the judge.
    package var isForTuning: Bool { Self.isForTuning(id) }

    static func isForTuning(_ id: String) -> Bool { (id.utf8.last ?? 0) & 1 == 1 }

    /// Makes an item; its id follows from the set, the case and the answer.
    package init(
      set: String, caseID: String, input: JSONValue, expected: JSONValue?, answer: String, judgePasses: Bool
    ) {
      self.set = set
      self.caseID = caseID
      self.input = input
      self.expected = expected
      self.answer = answer
      self.judgePasses = judgePasses
      let text = JSONValue.array([.string(set), .string(caseID), .string(answer)]).text()
      // The letters of a hexadecimal digit don't end evenly odd: a number does.
      let hash = SHA256.hex(text)
      let parity = (hash.utf8.reduce(0) { ($0 &* 31) &+ Int($1) }) & 1
      id = hash.prefix(15) + String(parity)
    }
  }

  /// The chosen answers, in an order that says nothing.
  package var items: [Item]
  /// The share of all judged answers that the judge passes, 0 to 1.
  package var passShare: Double
  /// How many judged answers there were.
  package var judged: Int

  /// How many answers a sheet has at most.
  package static let most = 100

  /// Chooses from all judged answers.
  package init(choosing all: [Item], most: Int = CalibrationSheet.most) {
    var seen: Set<String> = []
    let items = all.filter { seen.insert($0.id).inserted }.sorted { $0.id < $1.id }
    judged = items.count
    passShare = items.isEmpty ? 0 : Double(items.count { $0.judgePasses }) / Double(items.count)
    var chosen: [Item] = []
    for passes in [true, false] {
      for isForTuning in [true, false] {
        chosen += items.filter { $0.judgePasses == passes && $0.isForTuning == isForTuning }.prefix(most / 4)
      }
    }
    self.items = chosen.sorted { $0.id < $1.id }
  }
}

extension CalibrationSheet.Item {
  /// The item as a line of a sheet, with a place for the label.
  package var json: JSONValue {
    var object: JSONObject = ["id": .string(id), "input": input]
    object["expected"] = expected
    object["answer"] = .string(answer)
    object["label"] = .null
    return .object(object)
  }
}

/// What a person said of answers, by the ids of a sheet.
package struct HumanLabels: Sendable, Hashable {
  /// Whether the person passes each.
  package private(set) var passes: [String: Bool] = [:]

  /// None.
  package init() {}

  /// Reads lines of `{"id", "label"}`; lines whose label is null are passed over.
  /// - Throws: `WorkbenchError.input` that names the line.
  package init(_ text: String, file: String) throws {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      func fail(_ what: String) -> WorkbenchError { .input("\(file):\(index + 1): \(what)") }
      guard let json = try? JSONValue(parsing: String(line)), let id = json["id"]?.string else {
        throw fail("Expected a line of a calibration sheet: an object with \"id\" and \"label\".")
      }
      switch json["label"] {
      case nil, .null?, .string("")?: continue
      case .bool(let flag)?: passes[id] = flag
      case .string(let word)? where ["pass", "fail"].contains(word.lowercased()):
        passes[id] = word.lowercased() == "pass"
      case let other?: throw fail("\"label\" must be \"pass\" or \"fail\", not \(other.excerpt).")
      }
    }
  }

  /// Adds what was said later.
  package mutating func merge(_ newer: HumanLabels) { passes.merge(newer.passes) { $1 } }

  /// Adds one.
  package mutating func set(_ id: String, passes: Bool) { self.passes[id] = passes }

  /// Lines to be read again.
  package var text: String {
    passes.sorted { $0.key < $1.key }.map { id, passes in
      JSONValue.object(["id": .string(id), "label": passes ? "pass" : "fail"]).text() + "\n"
    }.joined()
  }
}
