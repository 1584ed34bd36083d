import Content
import Domain

/// A variant with one thing changed in its prompt, to find out what that is worth. Its name says what, such as
/// `prompted without examples`; its runs are like any others, but no versions of the prompt and no candidates.
package struct AblationArm: Sendable, Hashable {
  /// What is changed.
  package enum Change: Sendable, Hashable {
    /// A section is left out.
    case without(String)
    /// All sections that can be left out are, which must make a prompt worse that does anything.
    case withoutInstructions
    /// A section is added that says nothing of the task, which must not matter.
    case withNeutral
    /// Several sections are left out, in this order.
    case stripped([String])
  }

  /// The variant, under the arm's name.
  package var variant: Variant
  /// What is changed.
  package var change: Change

  /// An arm of a variant.
  package init(of variant: Variant, _ change: Change) {
    self.change = change
    self.variant = variant
    self.variant = Variant(
      name: Self.name(of: variant.name, change), model: variant.model, prompt: variant.prompt,
      adapter: variant.adapter, sampling: variant.sampling)
    self.variant.choice = variant.choice
    (self.variant.isDeclaredTuned, self.variant.base) = (variant.isDeclaredTuned, variant.base)
    self.variant.ablated = variant.name
  }

  /// The arm that a name says; nil where it says none of these variants'.
  package init?(named name: String, of variants: [Variant]) {
    let candidates = variants.filter {
      name.hasPrefix($0.name + " with") || name.hasPrefix($0.name + Self.strippedWords)
    }
    guard let variant = candidates.max(by: { $0.name.utf8.count < $1.name.utf8.count }) else { return nil }
    let rest = name.dropFirst(variant.name.count)
    if rest == Self.neutralWords {
      self.init(of: variant, .withNeutral)
    } else if rest == Self.nothingWords {
      self.init(of: variant, .withoutInstructions)
    } else if rest.hasPrefix(Self.strippedWords), rest.count > Self.strippedWords.count {
      self.init(
        of: variant, .stripped(rest.dropFirst(Self.strippedWords.count).split(separator: Self.joint).map(String.init)))
    } else if rest.hasPrefix(Self.withoutWords), rest.count > Self.withoutWords.count {
      self.init(of: variant, .without(String(rest.dropFirst(Self.withoutWords.count))))
    } else {
      return nil
    }
  }

  private static let withoutWords = " without "
  private static let strippedWords = " stripped of "
  private static let joint = " + "
  private static let nothingWords = " without instructions (check)"
  private static let neutralWords = " with a neutral section (check)"

  private static func name(of variant: String, _ change: Change) -> String {
    switch change {
    case .without(let title): variant + withoutWords + title
    case .withoutInstructions: variant + nothingWords
    case .withNeutral: variant + neutralWords
    case .stripped(let titles): variant + strippedWords + titles.joined(separator: joint)
    }
  }

  /// The section that says nothing of the task.
  static let neutral = Section(
    id: "neutral", title: "neutral", role: .system, body: "This line is a separator. It has no other meaning.")

  /// Changes what is sent.
  /// - Throws: `WorkbenchError.input` where the prompt doesn't send such a section, or can't do without it.
  func apply(to prompt: inout Prompt, _ choice: inout SectionChoice, _ variant: inout Variant) throws {
    let plan = AblationPlan(prompt, choice)
    switch change {
    case .stripped(let titles):
      if let title = titles.first(where: { title in !plan.sections.contains { $0.title == title } }) {
        throw WorkbenchError.unknown(
          "section of the prompt \"\(prompt.name)\" that can be left out", title, among: plan.sections.map(\.title))
      }
      choice.without += titles
      variant.without += titles
    case .without(let title):
      guard plan.sections.contains(where: { $0.title == title }) else {
        if let kept = plan.kept.first(where: { $0.title == title }) { throw WorkbenchError.input(kept.sentence) }
        throw WorkbenchError.unknown(
          "section of the prompt \"\(prompt.name)\" that can be left out", title, among: plan.sections.map(\.title))
      }
      choice.without.append(title)
      variant.without.append(title)
    case .withoutInstructions:
      choice.without += plan.sections.map(\.title)
      variant.without += plan.sections.map(\.title)
    case .withNeutral:
      let place = prompt.sections.lastIndex { $0.role == .system && choice.sends($0) }.map { $0 + 1 } ?? 0
      var neutral = Self.neutral
      while prompt.sections.contains(where: { $0.title == neutral.title }) { neutral.title += "'" }
      prompt.sections.insert(neutral, at: place)
      choice.with.append(neutral.title)
    }
  }
}
