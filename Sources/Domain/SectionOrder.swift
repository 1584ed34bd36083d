/// Moving a section: which files get another number, so that git sees a rename and every other file stays as it is.
package enum SectionOrder {
  /// A file's new name.
  package struct Rename: Sendable, Hashable {
    /// The section's id so far.
    package var from: String
    /// Its id from now on.
    package var to: String
    package init(from: String, to: String) {
      self.from = from
      self.to = to
    }
  }

  /// What puts a section one place further down (1) or up (-1): a number between those of its new neighbours, or, where
  /// there is none, the exchange of two numbers. The moved section's rename comes first.
  /// - Throws: `WorkbenchError.input` that says why it can't be moved.
  package static func renames(
    moving id: String, by step: Int, in prompt: Prompt
  ) throws(WorkbenchError) -> [Rename] {
    let sections = prompt.sections
    guard let index = sections.firstIndex(where: { $0.id == id }) else {
      throw .input("There is no section \(id) in the prompt \"\(prompt.name)\".")
    }
    guard sections.indices.contains(index + step) else {
      throw .input("\"\(sections[index].title)\" is the \(step < 0 ? "first" : "last") section already.")
    }
    let (moved, neighbour) = (sections[index], sections[index + step])
    guard (number(of: neighbour.id) < 80) == (number(of: moved.id) < 80) else {
      throw .input(
        "\"\(moved.title)\" stays on its side of number 80, where a section is the user's unless its front matter says "
          + "otherwise (`role: system`).")
    }
    var wanted = sections.map(\.id)
    wanted.swapAt(index, index + step)
    let beyond = sections.indices.contains(index + 2 * step) ? sections[index + 2 * step].id : nil
    let plans = [
      between(number(of: neighbour.id), beyond.map { number(of: $0) }, step).map { [renamed(id, $0)] },
      [renamed(id, number(of: neighbour.id)), renamed(neighbour.id, number(of: id))],
    ]
    for case let plan? in plans where gives(wanted, plan) { return plan }
    throw .input("There is no number free there: give the files in \(prompt.path) other numbers first.")
  }

  /// A number after `near` in the direction of `step`, and before `far`; a round one where there is one.
  private static func between(_ near: Int, _ far: Int?, _ step: Int) -> Int? {
    let far = far ?? (step > 0 ? near + 20 : max(-1, near - 20))
    let range = min(near, far) + 1..<max(near, far, min(near, far) + 1)
    let middle = (near + far) / 2
    return range.min { score($0, middle) < score($1, middle) }
  }

  private static func score(_ number: Int, _ middle: Int) -> Int {
    abs(number - middle) + (number % 10 == 0 ? 0 : number % 5 == 0 ? 6 : 12)
  }

  /// Whether the sections are in this order afterwards, each on its side of the number where the user's message begins.
  private static func gives(_ wanted: [String], _ plan: [Rename]) -> Bool {
    let names = Dictionary(uniqueKeysWithValues: plan.map { ($0.from, $0.to) })
    let renamed = wanted.map { names[$0] ?? $0 }
    return Set(renamed).count == renamed.count
      && renamed == renamed.sorted { (number(of: $0), $0) < (number(of: $1), $1) }
      && plan.allSatisfy { (number(of: $0.from) < 80) == (number(of: $0.to) < 80) }
  }

  private static func number(of id: String) -> Int { Int(id.prefix { $0.isNumber }) ?? 0 }

  private static func renamed(_ id: String, _ number: Int) -> Rename {
    let digits = id.prefix { $0.isNumber }
    let text = String(number)
    let zeros = String(repeating: "0", count: max(0, max(2, digits.count) - text.count))
    return Rename(from: id, to: zeros + text + id.dropFirst(digits.count))
  }
}
