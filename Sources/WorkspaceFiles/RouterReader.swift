import Content
import Domain
import Routing

/// Reads the key `router` of a variant.
struct RouterReader {
  /// The keys that belong to a variant with a model, and that a router has none of.
  private static let foreign = ["model", "prompt", "sections", "adapter", "tuned", "base"] + Sampling.table.map(\.key)

  /// Names of all variants that are written anywhere.
  let variants: [String]

  /// Reads a router.
  /// - Parameters:
  ///   - name: the variant's own name.
  ///   - value: what stands behind `router`.
  ///   - fields: the variant's keys.
  func router(_ name: String, _ value: ConfigValue, _ fields: inout ConfigFields) -> Router? {
    for key in Self.foreign where fields.value(key) != nil {
      fields.fail(key, "A router asks two other variants, with their own models and prompts: remove \(key).")
    }
    fields.finish()
    guard var group = ConfigFields(value, expected: "keys such as { arms: [small, large], rules: … }") else {
      return nil
    }
    guard let arms = arms(name, &group) else { return nil }
    let policy = policy(arms, &group)
    let origin = origin(&group)
    group.finish()
    guard let policy, !group.isBroken, !fields.isBroken else { return nil }
    return Router(cheap: arms[0], strong: arms[1], policy: policy, origin: origin)
  }

  private func arms(_ name: String, _ group: inout ConfigFields) -> [String]? {
    guard let arms = group.texts("arms", "a list of two variants, the cheap one first") else {
      if !group.isBroken {
        group.fail(nil, "Needs arms: two variants, the cheap one first, as in arms: [small, large].")
      }
      return nil
    }
    guard arms.count == 2, arms[0] != arms[1] else {
      group.fail("arms", "Expected two different variants, the cheap one first, as in [small, large].")
      return nil
    }
    for arm in arms {
      if arm == name {
        group.fail("arms", "A router can't be one of its own arms.")
      } else if !variants.contains(arm) {
        let nearest = Spelling.nearest(to: arm, among: variants)
        group.fail("arms", "There is no variant \"\(arm)\"." + ConfigFields.suggestion(nearest))
      }
    }
    return group.isBroken ? nil : arms
  }

  private func policy(_ arms: [String], _ group: inout ConfigFields) -> Router.Policy? {
    let kinds = ["rules", "escalate", "weights"].filter { group.value($0) != nil }
    guard kinds.count == 1 else {
      group.fail(
        kinds.last,
        kinds.isEmpty
          ? "Needs rules, escalate or weights, which say who is asked."
          : "Takes one of rules, escalate and weights, not two.")
      return nil
    }
    switch kinds[0] {
    case "rules": return rules(arms, &group)
    case "escalate": return signs(&group)
    default: return weights(&group)
    }
  }

  private func rules(_ arms: [String], _ group: inout ConfigFields) -> Router.Policy? {
    guard let value = group.value("rules") else { return nil }
    guard let entries = value.entries else {
      group.fail(
        "rules", "Expected a list of rules such as { when: words > 40, arm: \(arms[1]) }, found \(value.kind).")
      return nil
    }
    if entries.count > Router.mostRules {
      group.fail("rules", "There are \(entries.count) rules, and a router has at most \(Router.mostRules).")
    }
    let rules = entries.map { rule($0, arms, &group) }
    guard let otherwise = group.choice("otherwise", among: arms) else {
      if !group.isBroken { group.fail(nil, "Needs otherwise: who answers when no rule holds.") }
      return nil
    }
    guard !group.isBroken, let usual = arms.firstIndex(of: otherwise).flatMap(Router.Arm.init) else { return nil }
    return .rules(rules.compactMap(\.self), otherwise: usual)
  }

  private func rule(_ value: ConfigValue, _ arms: [String], _ group: inout ConfigFields) -> Router.Rule? {
    guard var fields = ConfigFields(value, expected: "a rule such as { when: words > 40, arm: \(arms[1]) }") else {
      group.isBroken = true
      return nil
    }
    let when = predicate(fields.text("when", "a question such as words > 40"), "when", &fields)
    let arm = fields.choice("arm", among: arms)
    if arm == nil, !fields.isBroken { fields.fail(nil, "Needs arm: \(arms[0]) or \(arms[1]).") }
    fields.finish()
    if fields.isBroken { group.isBroken = true }
    guard let when, let arm = arm.flatMap({ arms.firstIndex(of: $0) }).flatMap(Router.Arm.init) else { return nil }
    return Router.Rule(when: when, arm: arm)
  }

  private func predicate(_ text: String?, _ key: String, _ fields: inout ConfigFields) -> RoutePredicate? {
    guard let text else {
      if !fields.isBroken { fields.fail(nil, "Needs when: a question such as words > 40.") }
      return nil
    }
    guard let predicate = RoutePredicate(parsing: text) else {
      fields.fail(key, "\"\(text.prefix(80))\" is no question about an input. There are: \(RoutePredicate.forms).")
      return nil
    }
    return predicate
  }

  private func signs(_ group: inout ConfigFields) -> Router.Policy? {
    let words = EscalationSign.allCases.map(\.rawValue)
    guard let texts = group.texts("escalate", "a list of \(words.joined(separator: ", "))") else { return nil }
    for text in texts where !words.contains(text) {
      let nearest = Spelling.nearest(to: text, among: words)
      let advice = nearest == nil ? " There are: \(words.joined(separator: ", "))." : ConfigFields.suggestion(nearest)
      group.fail("escalate", "\"\(text.prefix(40))\" is no sign of an answer that is no good." + advice)
    }
    if texts.isEmpty { group.fail("escalate", "Needs at least one of \(words.joined(separator: ", ")).") }
    let signs = Set(texts.compactMap(EscalationSign.init(rawValue:)))
    return group.isBroken ? nil : .cascade(signs.sorted())
  }

  private func weights(_ group: inout ConfigFields) -> Router.Policy? {
    let bias = group.number("bias", "a number from -1000 to 1000") { abs($0) <= Router.largestWeight }
    guard let value = group.value("weights") else { return nil }
    guard var members = ConfigFields(value, expected: "questions with numbers, such as words > 40: 0.8") else {
      group.isBroken = true
      return nil
    }
    if members.names.count > Router.mostWeights {
      group.fail("weights", "There are \(members.names.count) weights, and a router has at most \(Router.mostWeights).")
    }
    var weights: [Router.Weight] = []
    for (key, _) in members.all().prefix(Router.mostWeights) {
      guard let when = predicate(key, key, &members),
        let number = members.number(key, "a number from -1000 to 1000", where: { abs($0) <= Router.largestWeight })
      else { continue }
      weights.append(Router.Weight(when: when, value: number))
    }
    if members.isBroken { group.isBroken = true }
    guard let bias else {
      if !group.isBroken { group.fail(nil, "Needs bias: the sum when no question holds.") }
      return nil
    }
    return group.isBroken ? nil : .weights(bias: bias, weights)
  }

  private func origin(_ group: inout ConfigFields) -> Router.Origin? {
    guard let value = group.value("learned") else { return nil }
    guard var fields = ConfigFields(value, expected: "{ set: NAME, cases: N }") else {
      group.isBroken = true
      return nil
    }
    let set = fields.text("set", "the name of an eval set")
    let cases = fields.count("cases", from: 1)
    fields.finish()
    if fields.isBroken { group.isBroken = true }
    guard let set, let cases else {
      if !fields.isBroken { group.fail("learned", "Needs set and cases: where the rules were learnt.") }
      return nil
    }
    return Router.Origin(set: set, cases: cases)
  }
}
