extension Unicode.Scalar {
  /// Whether the scalar has the property White_Space (Unicode Character Database, PropList).
  var isSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }
}

extension StringProtocol {
  /// The text without white space at both ends, scalar by scalar.
  var trimmed: SubSequence {
    let scalars = unicodeScalars
    guard let start = scalars.firstIndex(where: { !$0.isSpace }), let end = scalars.lastIndex(where: { !$0.isSpace })
    else { return self[endIndex...] }
    return self[start..<scalars.index(after: end)]
  }

  /// How many runs of scalars that are no white space there are.
  var wordCount: Int {
    var count = 0
    var wasSpace = true
    for scalar in unicodeScalars {
      let isSpace = scalar.isSpace
      if wasSpace, !isSpace { count += 1 }
      wasSpace = isSpace
    }
    return count
  }
}

extension Substring {
  /// The text without white space at its start.
  var trimmedAtStart: Substring { self[(unicodeScalars.firstIndex { !$0.isSpace } ?? endIndex)...] }

  /// The text without white space at its end.
  var trimmedAtEnd: Substring {
    guard let end = unicodeScalars.lastIndex(where: { !$0.isSpace }) else { return self[..<startIndex] }
    return self[..<unicodeScalars.index(after: end)]
  }
}
