import Content
import DataChecks
import Domain
import Formats

/// What becomes of cases that were read of a file: personal data is looked for, copies fall away, the others get ids.
struct CaseImport {
  private let request: ImportRequest
  private(set) var report = ImportReport()

  init(_ request: ImportRequest) { self.request = request }

  /// The cases that are left of a file's.
  /// - Throws: `WorkbenchError.input` where personal data is refused and there is some.
  mutating func chosen(_ cases: [ImportCase]) throws -> [ImportCase] {
    var cases = try masked(cases)
    cases = withoutCopies(cases)
    if request.collapses { cases = collapsed(cases) }
    return sampled(cases)
  }

  // MARK: Personal data

  private mutating func masked(_ cases: [ImportCase]) throws -> [ImportCase] {
    var mask = PersonalDataMask(replaces: request.personal == .mask)
    var places: [String] = []
    var result: [ImportCase] = []
    result.reserveCapacity(cases.count)
    for one in cases {
      let (masked, found) = Self.masked(one, &mask)
      if found > 0 {
        report.personalCases += 1
        if places.count < 10 { places.append("line \(one.line) (\(mask.examples.joined(separator: ", ")))") }
      }
      result.append(request.personal == .mask ? masked : one)
    }
    report.personal = mask.summary
    guard request.personal == .refuse, report.personalCases > 0 else { return result }
    let count = report.personalCases
    throw WorkbenchError.input(
      "Nothing was imported: \(count) case\(count == 1 ? " holds" : "s hold") personal data. It is in "
        + places.joined(separator: "; ") + (count > places.count ? "; and others" : "")
        + ". --personal mask puts words in its place.")
  }

  private static func masked(_ one: ImportCase, _ mask: inout PersonalDataMask) -> (ImportCase, Int) {
    var result = one
    var object: JSONObject = ["input": .object(one.input), "metadata": .object(one.metadata)]
    object["messages"] = one.messages.map { .array($0) }
    object["tools"] = one.tools
    object["expected"] = one.expected
    object["tags"] = .array(one.tags.map { .string($0) })
    let (value, count) = mask.mask(.object(object))
    var found = count
    result.input = value["input"]?.object ?? [:]
    result.metadata = value["metadata"]?.object ?? [:]
    result.messages = value["messages"]?.array
    result.tools = value["tools"]
    result.expected = value["expected"]
    result.tags = value["tags"]?.array?.compactMap(\.string) ?? []
    if let id = one.id, mask.mask(id, &found) != id { result.id = nil }
    // What cases belong to stays the same for all of them.
    if let group = one.group, mask.mask(group, &found) != group {
      result.group = "group-" + SHA256.hex(group).prefix(8)
    }
    return (result, found)
  }

  // MARK: Copies

  private mutating func withoutCopies(_ cases: [ImportCase]) -> [ImportCase] {
    var places: [String: Int] = [:]
    var result: [ImportCase] = []
    for one in cases {
      let key = "\(one.part) " + Self.key(one)
      if let place = places[key] {
        report.duplicates += 1
        // In a log each copy is a request.
        if request.collapses { result[place].weight = (result[place].weight ?? 1) + (one.weight ?? 1) }
        for tag in one.tags { result[place].tag(tag) }
        continue
      }
      places[key] = result.count
      result.append(one)
    }
    return result
  }

  /// What two cases share exactly when they ask and expect the same.
  static func key(_ one: ImportCase) -> String { String(SHA256.hex(one.identity.text).prefix(32)) }

  /// The same of a case that the workspace has.
  static func key(_ one: EvalCase) -> String {
    var found = ImportCase(line: 0)
    found.input = one.input.object ?? [:]
    if Conversation(in: one.input) != nil {
      found.messages = found.input[Conversation.key]?.array
      found.tools = found.input[Conversation.toolsKey]
      found.input[Conversation.key] = nil
      found.input[Conversation.toolsKey] = nil
    }
    found.expected = one.expected
    return key(found)
  }

  /// Cases that say almost the same become the first of them, with their number as its weight.
  private mutating func collapsed(_ cases: [ImportCase]) -> [ImportCase] {
    var result = cases
    var gone: Set<Int> = []
    for group in NearCopies.groups(of: cases.map(Self.asked)) {
      guard let first = group.first else { continue }
      for place in group.dropFirst() where cases[place].part == cases[first].part {
        result[first].weight = (result[first].weight ?? 1) + (cases[place].weight ?? 1)
        for tag in cases[place].tags { result[first].tag(tag) }
        gone.insert(place)
      }
    }
    report.collapsed = gone.count
    return result.indices.filter { !gone.contains($0) }.map { result[$0] }
  }

  /// What is asked, as one text: the slots and what the user says.
  private static func asked(_ one: ImportCase) -> String {
    var texts = one.input.values.map { $0.string ?? $0.text() }
    for message in one.messages ?? [] where message["role"]?.string != "system" {
      texts.append(message["content"].map { $0.string ?? $0.text() } ?? "")
    }
    return texts.joined(separator: "\n")
  }

  // MARK: A sample

  /// So many cases, taken in turn from each value of the fields, so that rare values are among them. The same cases of the
  /// same file each time: they are ordered by a hash of what they say.
  private mutating func sampled(_ cases: [ImportCase]) -> [ImportCase] {
    guard let most = request.sample, most < cases.count else { return cases }
    var strata: [String: [(key: String, place: Int)]] = [:]
    for (place, one) in cases.enumerated() {
      let value = request.sampleBy.map { Self.value(of: $0, in: one) }.joined(separator: "\u{1F}")
      strata[value, default: []].append((Self.key(one), place))
    }
    var queues = strata.sorted { $0.key < $1.key }.map { $0.value.sorted { $0.key < $1.key }.map(\.place) }
    var taken: [Int] = []
    var round = 0
    while taken.count < most {
      for index in queues.indices where taken.count < most && queues[index].count > round {
        taken.append(queues[index][round])
      }
      round += 1
      queues.removeAll { $0.count <= round }
      // `round` counts what is taken of each queue, so that none is passed over.
    }
    report.unsampled = cases.count - taken.count
    return taken.sorted().map { cases[$0] }
  }

  /// The value of a field of a case, as text.
  static func value(of field: String, in one: ImportCase) -> String {
    func text(_ value: JSONValue?) -> String { value.map { $0.string ?? $0.text() } ?? "" }
    switch field {
    case "expected": return text(one.expected)
    case "group": return one.group ?? ""
    case "tags": return one.tags.sorted().joined(separator: ",")
    case "day":
      let times = ["time", "start_time", "startTime", "timestamp", "created_at", "date"]
      return String(text(times.lazy.compactMap { one.metadata[$0] }.first).prefix(10))
    default:
      let whole: JSONValue = ["metadata": .object(one.metadata), "input": .object(one.input)]
      return text(one.metadata[field] ?? one.input[field] ?? JSONPath(field).flatMap { whole[$0] })
    }
  }

  // MARK: Ids

  /// The lines that a set gains, and how many it had already.
  mutating func lines(_ cases: [ImportCase], besides existing: [EvalCase]) -> [String] {
    var keys: Set<String> = []
    var ids: Set<String> = []
    for one in existing {
      keys.insert(Self.key(one))
      ids.insert(one.id)
    }
    var lines: [String] = []
    var copies: [String: Int] = [:]
    for one in cases {
      let key = Self.key(one)
      guard keys.insert(key).inserted else {
        report.duplicates += 1
        continue
      }
      let wanted = one.id.flatMap { Self.isUsable($0) ? $0 : nil }
      let stem = wanted ?? "case-" + key.prefix(8)
      var id = stem
      while !ids.insert(id).inserted {
        let copy = (copies[stem] ?? 1) + 1
        copies[stem] = copy
        id = "\(stem)-\(copy)"
      }
      if wanted != nil, id != stem { report.renamed += 1 }
      lines.append(JSONValue.object(one.json(id: id)).text(.spaced))
    }
    return lines
  }

  /// Whether an eval set takes an id: at most 200 bytes without control characters.
  private static func isUsable(_ id: String) -> Bool {
    !id.isEmpty && id.utf8.count <= 200
      && id.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
  }

  /// Notes a set.
  mutating func note(_ part: ImportReport.Part) { report.parts.append(part) }
}
