import Content
import Routing

extension Variant {
  /// The content of a router's file.
  static func text(of router: Router) -> String {
    var lines = [
      "# \(router.cheap) is the cheap one. The first rule that holds decides; see docs/router.md.", "router:",
    ]
    lines.append("  arms: [\(yaml(router.cheap)), \(yaml(router.strong))]")
    switch router.policy {
    case .rules(let rules, let otherwise):
      lines.append("  rules:" + (rules.isEmpty ? " []" : ""))
      for rule in rules {
        lines.append("    - { when: \(quoted(rule.when.text)), arm: \(yaml(router.name(of: rule.arm))) }")
      }
      lines.append("  otherwise: \(yaml(router.name(of: otherwise)))")
    case .cascade(let signs):
      lines[0] = "# \(router.cheap) is asked first, \(router.strong) as well where its answer shows one of these signs."
      lines.append("  escalate: [\(signs.map(\.rawValue).joined(separator: ", "))]")
    case .weights(let bias, let weights):
      lines[0] = "# \(router.strong) answers where the bias and the weights of what holds sum up to more than 0."
      lines.append("  bias: \(JSONValue(bias).text())")
      lines.append("  weights:" + (weights.isEmpty ? " {}" : ""))
      for weight in weights { lines.append("    \(quoted(weight.when.text)): \(JSONValue(weight.value).text())") }
    }
    if let origin = router.origin {
      lines.append("  learned: { set: \(yaml(origin.set)), cases: \(origin.cases) }")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A text in single quotes, in which only they need doubling.
  private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
