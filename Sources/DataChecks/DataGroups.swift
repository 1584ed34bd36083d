/// Rows that belong together because they ask almost the same, whatever their answers: they must not stand on both sides
/// of a split.
package enum DataGroups {
  /// For each row the number of its group; a row that is alone has a group of its own.
  ///
  /// Inputs are near duplicates when they share 80 % of their pieces; those of fewer than 8 words only when they are equal,
  /// since they look alike by nature. Where more than half of all rows would be one group, they share a template rather
  /// than an input: then, too, only equal inputs are held together.
  package static func ofInputs(_ rows: [DataRow]) -> [Int] { ofInputs(DataTexts(DataToCheck(rows: rows))) }

  static func ofInputs(_ texts: DataTexts) -> [Int] {
    var groups = Array(texts.rows.indices)
    for cluster in NearDuplicates(texts, among: groups, comparesAnswers: false).clusters {
      let isTemplate = cluster.count * 2 > texts.rows.count
      var first: [UInt64: Int] = [:]
      for place in cluster {
        let isShort = texts.rows[place].words.count < LeakSearch.leastWords
        let key = isTemplate || isShort ? texts.rows[place].questionHash : 0
        groups[place] = first[key] ?? place
        first[key] = groups[place]
      }
    }
    return groups
  }
}
