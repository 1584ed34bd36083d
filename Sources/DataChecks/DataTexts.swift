/// All rows and cases with what several checks need of their texts, worked out once.
struct DataTexts {
  /// A row with its texts worked out.
  struct Row {
    var row: DataRow
    /// What tells this row's question from others: the prompt, and the system text where few rows share it; or the text.
    var question: String
    var questionHash: UInt64
    var answerHash: UInt64
    /// Hashes of the question's words.
    var words: [UInt64]
    var fingerprint: MinHash
  }
  /// A case with its texts worked out.
  struct Case {
    var source: DataCase
    /// Its own texts: those that at most ``boilerplateCases`` cases share.
    var text: String
    var hash: UInt64
    var words: [UInt64]
    var fingerprint: MinHash
  }

  var data: DataToCheck
  /// All rows.
  var rows: [Row]
  /// Places of the task's own rows.
  var own: [Int]
  var cases: [Case]

  /// A text that stands in more rows than this is boilerplate, as for Brown et al. 2020 (GPT-3, appendix C).
  static let boilerplateRows = 10
  /// A text that stands in more cases than this can't tell one case from another.
  static let boilerplateCases = 2

  init(_ data: DataToCheck) {
    self.data = data
    var systems: [String: Int] = [:]
    for row in data.rows where !row.system.isEmpty { systems[row.system, default: 0] += 1 }
    let lines = Self.commonLines(of: data.rows)
    var workshop = Workshop()
    rows = data.rows.map { row in
      let prompt = Self.dropping(lines, from: row.input)
      let isOwn = !row.system.isEmpty && systems[row.system, default: 0] <= Self.boilerplateRows
      let question = isOwn ? row.system + "\n" + prompt : prompt
      let worked = workshop.work(question)
      return Row(
        row: row, question: question, questionHash: worked.hash, answerHash: workshop.hash(of: row.answer),
        words: worked.words, fingerprint: worked.fingerprint)
    }
    own = data.rows.indices.filter { !data.rows[$0].isMixedIn }
    var shared: [String: Int] = [:]
    for one in data.cases { for text in Set(one.input) { shared[text, default: 0] += 1 } }
    cases = data.cases.map { source in
      var texts = source.input.filter { shared[$0, default: 0] <= Self.boilerplateCases }
      if texts.isEmpty, let longest = source.longestInput { texts = [longest] }
      let text = texts.joined(separator: "\n")
      let worked = workshop.work(text)
      return Case(
        source: source, text: text, hash: worked.hash, words: worked.words, fingerprint: worked.fingerprint)
    }
  }

  /// Works each text out once, however often it is there.
  private struct Workshop {
    private var texts: [String: (hash: UInt64, words: [UInt64], fingerprint: MinHash)] = [:]
    private var hashes: [String: UInt64] = [:]

    mutating func work(_ text: String) -> (hash: UInt64, words: [UInt64], fingerprint: MinHash) {
      if let known = texts[text] { return known }
      let normal = NormalText(text)
      let worked = (normal.hash, normal.words, MinHash(normal.shingles))
      texts[text] = worked
      return worked
    }

    mutating func hash(of text: String) -> UInt64 {
      if let known = hashes[text] { return known }
      let hash = NormalText(text).hash
      hashes[text] = hash
      return hash
    }
  }

  /// Lines of prompts that more than half of all rows share: parts of a template, which say nothing of a row.
  private static func commonLines(of rows: [DataRow]) -> Set<Substring> {
    guard rows.count > 2 * boilerplateRows else { return [] }
    // What stands in half of all rows stands in half of a sample too, give or take.
    let step = max(1, rows.count / 1000)
    var counts: [Substring: Int] = [:]
    var looked = 0
    for place in stride(from: 0, to: rows.count, by: step) {
      looked += 1
      guard rows[place].input.utf8.contains(0x0A) else { continue }
      for line in Set(rows[place].input.split(separator: "\n")) { counts[line, default: 0] += 1 }
    }
    return Set(counts.filter { $0.value * 2 > looked }.keys)
  }

  private static func dropping(_ lines: Set<Substring>, from prompt: String) -> String {
    guard !lines.isEmpty, prompt.utf8.contains(0x0A) else { return prompt }
    let kept = prompt.split(separator: "\n").filter { !lines.contains($0) }
    return kept.isEmpty ? prompt : kept.joined(separator: "\n")
  }

  /// Whether the task's rows are learnt whole.
  var areTexts: Bool { own.first.map { rows[$0].row.isText } ?? false }

  /// Evenly spread places, at most so many.
  static func sample(_ places: [Int], _ most: Int) -> [Int] {
    guard places.count > most else { return places }
    return (0..<most).map { places[$0 * places.count / most] }
  }
}

extension DataCase {
  /// The set and the id.
  var name: String { "\(set)/\(id)" }
  /// The longest text of the input.
  var longestInput: String? { input.max { $0.utf8.count < $1.utf8.count } }
}
