import Content

@testable import DataChecks

/// A seeded writer of texts that have nothing in common.
struct Writer {
  private var seed: UInt64
  init(_ seed: UInt64 = 1) { self.seed = seed }

  mutating func number(below bound: Int) -> Int {
    seed &+= 1
    return Int(Hash.mixed(seed) % UInt64(bound))
  }

  /// A word out of 4,000.
  mutating func word() -> String {
    var number = 1 + number(below: 4000)
    var word = ""
    while number > 0 {
      word += ["ba", "ke", "mi", "lo", "tu", "sa", "re", "ni"][number % 8]
      number /= 8
    }
    return word
  }

  mutating func sentence(_ words: Int = 12) -> String { (0..<words).map { _ in word() }.joined(separator: " ") }
}

/// Good rows: prompts that have nothing in common, answers of one form.
func goodRows(_ count: Int, seed: UInt64 = 1) -> [DataRow] {
  var writer = Writer(seed)
  return (0..<count).map { number in
    DataRow(
      line: number + 1, system: "Say what it is about.", prompt: writer.sentence(),
      answer: "{\"topic\": \"\(["sync", "billing", "access"][number % 3])\"}")
  }
}

func goodCases(_ count: Int, seed: UInt64 = 1_000_000) -> [DataCase] {
  var writer = Writer(seed)
  return (0..<count).map { number in
    DataCase(
      set: "main", id: "c\(number + 1)", input: [writer.sentence()],
      expected: ["topic": .string(["sync", "billing", "access"][number % 3])])
  }
}

func report(_ rows: [DataRow], _ cases: [DataCase] = [], maxTokens: Int = 2048) -> DataReport {
  DataReport(of: DataToCheck(rows: rows, cases: cases, maxTokens: maxTokens))
}

extension DataReport {
  /// A check that must be there.
  func check(_ name: DataCheck.Name) -> DataCheck {
    self[name] ?? DataCheck(name, .unknown, value: nil, unit: "", figure: "missing", meaning: "")
  }
}

extension DataCheck {
  func finding(_ what: String) -> DataFinding? { findings.first { $0.what.contains(what) } }
  func lines(_ what: String) -> [Int] { finding(what)?.rows.map(\.line) ?? [] }
}
