/// Finds the name that was probably meant.
package enum Spelling {
  /// The candidate that differs least from `name`, or nil when none is close.
  ///
  /// Close means at most one edit (a letter added, dropped, changed, or two neighbours swapped) for every three letters
  /// of the longer name, and at least one; upper and lower case, hyphen and underscore count as equal. Otherwise a
  /// candidate that begins with `name` (three letters or more) is taken. Of equals the first wins.
  package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = normalised(name)
    var best: (name: String, distance: Int)?
    var completion: String?
    for candidate in candidates {
      let other = normalised(candidate)
      let allowed = max(1, max(wanted.count, other.count) / 3)
      if abs(wanted.count - other.count) <= allowed {
        let distance = edits(wanted, other)
        if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
      }
      if completion == nil, wanted.count >= 3, other.starts(with: wanted) { completion = candidate }
    }
    return best?.name ?? completion
  }

  /// How many edits lie between two names, with swapped neighbours as one, and case, hyphen and underscore equal; at most
  /// the first 64 characters count.
  package static func distance(_ left: String, _ right: String) -> Int { edits(normalised(left), normalised(right)) }

  private static func normalised(_ name: String) -> [Character] {
    name.prefix(64).map { $0 == "_" ? "-" : Character($0.lowercased().first.map(String.init) ?? String($0)) }
  }

  /// The optimal string alignment distance: Levenshtein's, with swapped neighbours as one edit.
  private static func edits(_ left: [Character], _ right: [Character]) -> Int {
    var older: [Int] = []
    var previous = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      for column in 0..<right.count {
        let same = left[row] == right[column]
        var cost = min(previous[column] + (same ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, older[column - 1] + 1)
        }
        current.append(cost)
      }
      older = previous
      previous = current
    }
    return previous[right.count]
  }
}
