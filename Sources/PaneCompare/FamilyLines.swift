import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// What three or four variants in columns show: each against A, adjusted for all that are compared.
struct FamilyLines {
  private let family: VariantFamily
  private let letters: [String]
  private let theme: Theme

  /// - Parameter letters: what the members are called, in their order.
  init(_ family: VariantFamily, letters: [String], theme: Theme) {
    self.family = family
    self.letters = letters
    self.theme = theme
  }

  /// A line for each variant besides A, as much of it as fits.
  func lines(width: Int) -> [[Span]] {
    zip(letters, family.members).map { letter, member in
      let pairs = member.comparison
      guard pairs.count > 0 else {
        return [Span("\(letter) − A  "), Span("no case has both answers", theme[.textDim])]
      }
      let isClaim = member.isClaimable && (pairs.effectClass == .better || pairs.effectClass == .worse)
      let style: StyleName = !isClaim ? .neutral : pairs.effectClass == .better ? .better : .worse
      let points = NumberFormat.points(pairs.difference, pairs.interval)
      let test = " · \(family.method.rawValue) \(NumberFormat.pValue(pairs.pValue))"
      let count = ", \(family.members.count) compared"
      let pieces = [
        [points, test + count, " · " + words(member)], [points, test, " · " + words(member)],
        [points, "", " · " + words(member)],
      ]
      let lines = pieces.map { piece in
        [
          Span("\(letter) − A  "), Span(piece[0], theme[style]), Span(piece[1]),
          Span(piece[2], theme[isClaim ? .textStrong : .textDim]),
        ]
      }
      return lines.first { $0.reduce(0) { $0 + $1.columns } <= width } ?? lines[lines.count - 1]
    }
  }

  private func words(_ member: VariantFamily.Member) -> String {
    guard member.isClaimable else { return "not decided" }
    switch member.comparison.effectClass {
    case .better: return "better"
    case .worse: return "worse"
    case .equivalent: return "the same"
    case .notInferior: return "not worse"
    case .notSuperior: return "not better"
    case .unclear, .tooFew: return "not decided"
    }
  }
}
