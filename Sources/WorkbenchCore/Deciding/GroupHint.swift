import Domain

/// Ids of cases that look like parts of something, such as `conv03-turn7`, where no case says what it belongs to.
struct GroupHint: Sendable, Hashable {
  /// How many cases look so.
  var cases: Int
  /// To how many groups they would belong.
  var groups: Int
  /// A group's name, as an example.
  var example: String

  init(cases: Int, groups: Int, example: String) {
    (self.cases, self.groups, self.example) = (cases, groups, example)
  }

  /// What ids suggest; nil unless most cases have an id of a numbered stem and a numbered part, several to a stem, and none
  /// has a group.
  init?(_ cases: [EvalCase]) {
    guard cases.count >= 20, cases.allSatisfy({ $0.group == nil }) else { return nil }
    var stems: [Substring: Int] = [:]
    for evalCase in cases {
      guard let separator = evalCase.id.lastIndex(where: { "-_/.#:".contains($0) }) else { continue }
      let (stem, part) = (evalCase.id[..<separator], evalCase.id[evalCase.id.index(after: separator)...])
      guard stem.contains(where: \.isNumber), part.contains(where: \.isNumber) else { continue }
      stems[stem, default: 0] += 1
    }
    let count = stems.values.reduce(0, +)
    guard count * 10 >= cases.count * 9, stems.count >= 2, stems.count * 2 <= count, let first = stems.keys.min()
    else { return nil }
    (self.cases, groups, example) = (count, stems.count, String(first))
  }
}
