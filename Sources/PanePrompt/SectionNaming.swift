import Domain
import WorkbenchCore

/// Names for the files of new sections.
enum SectionNaming {
  /// The id of a new section called `title`: the next free number before 80, where the user's message begins.
  static func id(for title: String, among sections: [Section]) -> String {
    let numbers = Set(sections.compactMap { Int($0.id.prefix { $0.isNumber }) })
    let last = numbers.filter { $0 < 80 }.max() ?? 5
    let free = [last + 5].filter { $0 < 80 } + Array((last + 1)..<max(last + 1, 80)) + (0..<80).reversed()
    let number = free.first { !numbers.contains($0) } ?? 79
    return (number < 10 ? "0" : "") + "\(number)-\(slug(title)).md"
  }

  /// Letters and digits of a title, in lower case, with dashes between the words.
  static func slug(_ title: String) -> String {
    let words = title.lowercased().split { !$0.isLetter && !$0.isNumber }
    return words.isEmpty ? "section" : words.joined(separator: "-")
  }

  /// Why a new section can't have this title; nil if it can.
  static func problem(with title: String, among sections: [Section]) -> String? {
    if title.isEmpty { return "Type a title, for example \"tone\"." }
    if sections.contains(where: { $0.title == title }) { return "There is a section called \"\(title)\" already." }
    return nil
  }
}
