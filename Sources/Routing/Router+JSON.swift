import Content

extension Router {
  /// The router as an object with the keys of a variant's file: what runs store, and what its identity rests on.
  package var json: JSONObject {
    var object: JSONObject = ["arms": [.string(cheap), .string(strong)]]
    switch policy {
    case .rules(let rules, let otherwise):
      object["rules"] = .array(
        rules.map { ["when": .string($0.when.text), "arm": .string(name(of: $0.arm))] })
      object["otherwise"] = .string(name(of: otherwise))
    case .cascade(let signs): object["escalate"] = .array(signs.map { .string($0.rawValue) })
    case .weights(let bias, let weights):
      object["bias"] = JSONValue(bias)
      var members: JSONObject = [:]
      for weight in weights { members[weight.when.text] = JSONValue(weight.value) }
      object["weights"] = .object(members)
    }
    if let origin { object["learned"] = ["set": .string(origin.set), "cases": JSONValue(origin.cases)] }
    return object
  }

  /// Reads what ``json`` writes; nil where it is something else.
  package init?(json object: JSONObject) {
    guard let arms = object["arms"]?.array?.compactMap(\.string), arms.count == 2, arms[0] != arms[1] else {
      return nil
    }
    func arm(_ value: JSONValue?) -> Arm? { value?.string.flatMap { arms.firstIndex(of: $0) }.flatMap(Arm.init) }
    func amount(_ value: JSONValue?) -> Double? { value?.double.flatMap { abs($0) <= Self.largestWeight ? $0 : nil } }
    let policy: Policy
    if let rules = object["rules"]?.array {
      let read = rules.compactMap { rule -> Rule? in
        guard let when = rule["when"]?.string.flatMap(RoutePredicate.init(parsing:)), let arm = arm(rule["arm"]) else {
          return nil
        }
        return Rule(when: when, arm: arm)
      }
      guard read.count == rules.count, let otherwise = arm(object["otherwise"]) else { return nil }
      policy = .rules(read, otherwise: otherwise)
    } else if let words = object["escalate"]?.array {
      let signs = words.compactMap { $0.string.flatMap(EscalationSign.init(rawValue:)) }
      guard signs.count == words.count else { return nil }
      policy = .cascade(signs)
    } else if let members = object["weights"]?.object, let bias = amount(object["bias"]) {
      var weights: [Weight] = []
      for (key, value) in members {
        guard let when = RoutePredicate(parsing: key), let number = amount(value) else { return nil }
        weights.append(Weight(when: when, value: number))
      }
      policy = .weights(bias: bias, weights)
    } else {
      return nil
    }
    self.init(cheap: arms[0], strong: arms[1], policy: policy)
    if let learned = object["learned"], let set = learned["set"]?.string, let cases = learned["cases"]?.int {
      origin = Origin(set: set, cases: cases)
    }
  }
}
