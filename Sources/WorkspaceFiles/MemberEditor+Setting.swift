import Domain
import Yams

extension MemberEditor {
  /// Whether the group has a member of this name, be it without a value.
  func has(_ name: String) throws(Refusal) -> Bool {
    guard case .mapping(let top)? = try compose(text), case .mapping(let members)? = Self.value(of: group, in: top)
    else {
      return false
    }
    return members.contains { $0.key.scalar?.string == name }
  }

  /// The text with another value of a member that is there.
  /// - Parameter value: a plain scalar, such as `true` or `0.8`.
  func setting(_ name: String, to value: String) throws(Refusal) -> String {
    guard case .mapping(let top)? = try compose(text),
      case .mapping(let members)? = Self.value(of: group, in: top),
      let old = members.first(where: { $0.key.scalar?.string == name })?.value
    else { throw Refusal(reason: "There is no \"\(name)\" under `\(group)`.") }
    guard case .scalar(let scalar) = old, let mark = scalar.mark, let start = place(of: mark), start < scalars.count,
      scalar.anchor == nil
    else { throw Refusal(reason: "The value of \"\(name)\" is no plain one.", line: old.mark?.line) }
    let end = endOfScalar(start)
    var result = scalars
    // A key without a value has its mark where the value would begin.
    let isEmpty = end == start
    result.replaceSubrange(start..<end, with: ((isEmpty ? " " : "") + value).unicodeScalars)
    var view = String.UnicodeScalarView()
    view.append(contentsOf: result)
    let edited = String(view)
    guard try says(edited, top, name, value) else {
      throw Refusal(
        reason: "The value of \"\(name)\" can't be changed without changing what else is written there.",
        line: mark.line)
    }
    return edited
  }

  /// The place behind a scalar in one line: a closing quote, or a blank, comma or brace behind a plain one.
  private func endOfScalar(_ start: Int) -> Int {
    if "\"'".unicodeScalars.contains(scalars[start]) { return min(endOfQuote(start) + 1, scalars.count) }
    var end = start
    while end < scalars.count, !" \t\r\n,}]".unicodeScalars.contains(scalars[end]) { end += 1 }
    return end
  }

  /// Whether a text says what these keys say, with one member of the group another.
  private func says(_ edited: String, _ before: Node.Mapping, _ name: String, _ value: String) throws(Refusal) -> Bool {
    guard case .mapping(let after)? = try compose(edited), after.count == before.count else { return false }
    for (old, new) in zip(before, after) {
      guard old.key == new.key else { return false }
      guard old.key.scalar?.string == group else {
        if old.value != new.value { return false }
        continue
      }
      guard case .mapping(let was) = old.value, case .mapping(let now) = new.value, was.count == now.count else {
        return false
      }
      for (one, other) in zip(was, now) {
        let isMeant = one.key.scalar?.string == name
        guard one.key == other.key, isMeant ? other.value.scalar?.string == value : one.value == other.value else {
          return false
        }
      }
    }
    return true
  }
}
