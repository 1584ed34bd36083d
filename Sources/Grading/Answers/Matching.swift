/// Pairing what was found with what was wanted.
enum Matching {
  /// For each of the wanted, which of the found stands for it, in a largest possible pairing (Kuhn 1955, by augmenting
  /// paths); nil for one that has none.
  /// - Parameter fits: whether a found one may stand for a wanted one, by wanted and found.
  static func largest(wanted: Int, found: Int, fits: (Int, Int) -> Bool) -> [Int?] {
    let edges = (0..<wanted).map { row in (0..<found).filter { fits(row, $0) } }
    var owner = [Int?](repeating: nil, count: found)
    for start in 0..<wanted {
      var visited = [Bool](repeating: false, count: found)
      // A path of wanted ones, each with the next of its edges to try and the found one it goes on by.
      var path: [(wanted: Int, next: Int)] = [(start, 0)]
      var steps: [Int] = []
      search: while let last = path.last {
        guard last.next < edges[last.wanted].count else {
          path.removeLast()
          if !steps.isEmpty { steps.removeLast() }
          continue
        }
        path[path.count - 1].next += 1
        let candidate = edges[last.wanted][last.next]
        guard !visited[candidate] else { continue }
        visited[candidate] = true
        steps.append(candidate)
        guard let other = owner[candidate] else {
          for (entry, taken) in zip(path, steps) { owner[taken] = entry.wanted }
          break search
        }
        path.append((other, 0))
      }
    }
    var pairs = [Int?](repeating: nil, count: wanted)
    for (place, row) in owner.enumerated() { if let row { pairs[row] = place } }
    return pairs
  }

  /// The same where the order must be kept: a longest common subsequence.
  static func inOrder(wanted: Int, found: Int, fits: (Int, Int) -> Bool) -> [Int?] {
    var table = [[Int]](repeating: [Int](repeating: 0, count: found + 1), count: wanted + 1)
    for row in stride(from: wanted - 1, through: 0, by: -1) {
      for column in stride(from: found - 1, through: 0, by: -1) {
        table[row][column] =
          fits(row, column)
          ? table[row + 1][column + 1] + 1 : max(table[row + 1][column], table[row][column + 1])
      }
    }
    var pairs = [Int?](repeating: nil, count: wanted)
    var (row, column) = (0, 0)
    while row < wanted, column < found {
      if fits(row, column), table[row][column] == table[row + 1][column + 1] + 1 {
        pairs[row] = column
        (row, column) = (row + 1, column + 1)
      } else if table[row + 1][column] >= table[row][column + 1] {
        row += 1
      } else {
        column += 1
      }
    }
    return pairs
  }
}
