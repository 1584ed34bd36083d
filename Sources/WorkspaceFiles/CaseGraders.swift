import Content
import Domain
import Grading

/// Works out the graders of cases that have their own: a list in place of the eval set's, or changes of those by name,
/// such as `{"bleu": {"threshold": 0.3}, "latency": false}`.
struct CaseGraders {
  /// Why a case's graders can't be used, as a sentence.
  private struct Flaw: Error, Hashable {
    var sentence: String
  }

  private let base: [(grader: Grader, spec: JSONObject)]
  private let named: NamedGraders
  /// What was worked out for a text, since many cases change the same.
  private var known: [String: Result<GraderSet, Flaw>] = [:]

  /// - Parameter base: the graders of the set; nil stands for `exact`.
  init(of base: GraderReader.Result?, named: NamedGraders) {
    let graders = base?.graders ?? []
    self.base =
      graders.isEmpty
      ? [(.exact, ["type": "exact"])]
      : zip(graders, base?.specs ?? []).map { ($0, $1.object ?? ["type": $1]) }
    self.named = named
  }

  /// Gives a set's cases their graders, and leaves out those whose graders can't be used.
  /// - Parameter changes: what cases say, by id.
  mutating func assign(_ changes: [String: JSONValue], to set: inout EvalSet) -> [Problem] {
    var problems: [Problem] = []
    var broken: Set<String> = []
    for evalCase in set.cases {
      guard let change = changes[evalCase.id] else { continue }
      let key = change.text()
      let result = known[key] ?? Result { () throws(Flaw) in try graders(change) }
      known[key] = result
      switch result {
      case .success(let graders): set.ownGraders[evalCase.id] = graders
      case .failure(let flaw):
        broken.insert(evalCase.id)
        problems.append(
          Problem(
            file: set.path, line: evalCase.line, key: "graders", message: "\(flaw.sentence) The line is left out."))
      }
    }
    if !broken.isEmpty { set.cases.removeAll { broken.contains($0.id) } }
    return problems
  }

  private func graders(_ change: JSONValue) throws(Flaw) -> GraderSet {
    switch change {
    case .array(let entries):
      var graders: [Grader] = []
      for entry in entries {
        for spec in entry.string.flatMap(named.specs) ?? [entry] { graders.append(try made(spec)) }
      }
      guard !graders.isEmpty else { throw Flaw(sentence: "\"graders\" is an empty list.") }
      return GraderSet(graders)
    case .object(let changes): return try changed(changes)
    default:
      throw Flaw(
        sentence: "\"graders\" must be a list of graders, or an object that changes the set's by their names.")
    }
  }

  private func changed(_ changes: JSONObject) throws(Flaw) -> GraderSet {
    let names = base.map(\.grader.name)
    for name in changes.keys where !names.contains(name) {
      let nearest = Spelling.nearest(to: name, among: names)
      throw Flaw(
        sentence: "The eval set has no grader called \"\(name.prefix(60))\"."
          + (nearest.map { " Did you mean \"\($0)\"?" } ?? " It has \(names.joined(separator: ", "))."))
    }
    var graders: [Grader] = []
    for (grader, spec) in base {
      switch changes[grader.name] {
      case nil, .bool(true): graders.append(grader)
      case .bool(false): break
      case .object(let members):
        guard !grader.awaits else {
          throw Flaw(sentence: "\"\(grader.name)\" asks a judge or a program, which a case can only turn off (false).")
        }
        var changed = spec
        for (key, value) in members {
          let hyphenated = { (key: String) in String(key.map { $0 == "_" ? "-" : $0 }) }
          let written = spec.keys.first { hyphenated($0) == hyphenated(key) }
          changed[written ?? key] = value
        }
        graders.append(try made(.object(changed)))
      default:
        throw Flaw(
          sentence: "\"\(grader.name)\" must be an object with the keys to change, or false to leave the grader out.")
      }
    }
    guard !graders.isEmpty else { throw Flaw(sentence: "No grader is left.") }
    return GraderSet(graders)
  }

  private func made(_ spec: JSONValue) throws(Flaw) -> Grader {
    let grader: Grader
    do throws(GraderError) {
      grader = try Grader(spec: spec, named.registry)
    } catch {
      throw Flaw(sentence: GraderReader.sentence(error.description))
    }
    guard !grader.awaits else {
      throw Flaw(sentence: "\"\(grader.name)\" asks a judge or a program; give it to the eval set instead.")
    }
    return grader
  }
}
