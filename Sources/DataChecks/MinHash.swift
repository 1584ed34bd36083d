/// A text's fingerprint: two fingerprints agree in about as many places as the texts share of all their pieces
/// (Broder 1997).
///
/// Made with one hash for each piece (Li, Owen and Zhang 2012); places that no piece fell into take over another's
/// (Shrivastava 2017), so that short texts have whole fingerprints too.
struct MinHash {
  /// Groups of places: texts that agree in all places of one group are looked at more closely.
  static let bands = 20
  /// Places in a group. With 20 groups of 6, of pairs that share 80 % of their pieces 0.2 % are missed, and of pairs that
  /// share 30 % only 1.4 % are looked at (Leskovec, Rajaraman and Ullman, section 3.4.2).
  static let rowsInBand = 6
  static let count = bands * rowsInBand

  private(set) var values: [UInt32]

  init(_ shingles: [UInt64]) {
    values = Array(repeating: .max, count: Self.count)
    guard !shingles.isEmpty else { return }
    values.withUnsafeMutableBufferPointer { values in
      for shingle in shingles {
        let bin = Int(((shingle >> 32) &* UInt64(Self.count)) >> 32)
        values[bin] = min(values[bin], UInt32(truncatingIfNeeded: shingle) & 0x7fff_ffff)
      }
    }
    fillEmpty()
  }

  private mutating func fillEmpty() {
    let filled = values.map { $0 != .max }
    for place in values.indices where !filled[place] {
      var attempt: UInt64 = 0
      while true {
        let other = Int(Hash.mixed(UInt64(place) << 32 | attempt) % UInt64(Self.count))
        attempt += 1
        if filled[other] {
          values[place] = values[other]
          break
        }
      }
    }
  }

  /// A hash of the places of one group.
  func key(ofBand band: Int) -> UInt64 {
    var key = UInt64(band)
    for place in band * Self.rowsInBand..<(band + 1) * Self.rowsInBand {
      key = Hash.mixed(key ^ UInt64(values[place])) &+ key
    }
    return key
  }

  /// About how much two texts share; off by 0.04 as a rule.
  func similarity(to other: MinHash) -> Double {
    var equal = 0
    for place in 0..<Self.count where values[place] == other.values[place] { equal += 1 }
    return Double(equal) / Double(Self.count)
  }
}

/// The pieces of a text, to compare exactly.
struct Pieces {
  private let sorted: [UInt64]

  init(_ shingles: [UInt64]) {
    var sorted = shingles.sorted()
    var last = 0
    for place in sorted.indices.dropFirst() where sorted[place] != sorted[last] {
      last += 1
      sorted[last] = sorted[place]
    }
    sorted.removeLast(sorted.isEmpty ? 0 : sorted.count - last - 1)
    self.sorted = sorted
  }

  init(_ text: String) { self.init(NormalText(text).shingles) }

  /// What both share, as a part of what either has (Jaccard 1901); two empty texts are equal.
  func similarity(to other: Pieces) -> Double {
    var (left, right, both) = (0, 0, 0)
    while left < sorted.count, right < other.sorted.count {
      if sorted[left] == other.sorted[right] {
        both += 1
        left += 1
        right += 1
      } else if sorted[left] < other.sorted[right] {
        left += 1
      } else {
        right += 1
      }
    }
    let all = sorted.count + other.sorted.count - both
    return all == 0 ? 1 : Double(both) / Double(all)
  }

  /// From here on two texts count as near duplicates, as in Lee et al. 2022.
  static let near = 0.8
}
