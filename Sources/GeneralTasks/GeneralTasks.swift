import Content
import Evidence

/// The general tasks that come with Assay: 60 of each skill, drawn from word lists with a fixed seed, so that they are the
/// same on every machine.
///
/// With them a model is measured before and after tuning. 360 cases show a loss of 10 points of all of them together, and
/// 60 of 25 points of one skill.
package enum GeneralTasks {
  /// How many tasks each skill has.
  package static let perSkill = 60

  /// All tasks, skill by skill.
  package static let all: [GeneralTask] = GeneralTask.Skill.allCases.flatMap { skill in
    drafts(skill).enumerated().map { place, draft in
      GeneralTask(
        id: "\(skill.rawValue)-\(place < 9 ? "0" : "")\(place + 1)", skill: skill, question: draft.question,
        expected: draft.expected, grader: draft.grader, right: draft.right, wrong: draft.wrong)
    }
  }

  /// The lines of an eval set's file.
  package static var lines: [String] { all.map(\.line) }

  /// The section of the prompt that asks them.
  package static let section = "{{ question }}\n"

  private static func drafts(_ skill: GeneralTask.Skill) -> [TaskDraft] {
    var draw = Draw(seed: skill.rawValue)
    return switch skill {
    case .instructions: InstructionTasks.drafts(&draw)
    case .formats: FormatTasks.drafts(&draw)
    case .arithmetic: ArithmeticTasks.drafts(&draw)
    case .refusal: RefusalTasks.drafts()
    case .recall: RecallTasks.drafts(&draw)
    case .languages: LanguageTasks.drafts()
    }
  }
}

/// Seeded choices: the same seed makes the same ones on every machine.
struct Draw {
  private var random: SplitMix

  init(seed: String) { random = SplitMix("general tasks: \(seed)") }

  /// A whole number of a range.
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(random.next().multipliedFullWidth(by: UInt64(range.count)).high)
  }

  /// One of several.
  mutating func one<T>(of list: [T]) -> T { list[number(0...list.count - 1)] }

  /// So many different ones of several, in random order.
  mutating func some<T>(_ count: Int, of list: [T]) -> [T] {
    random.permutation(of: list.count).prefix(count).map { list[$0] }
  }

  /// So many tasks of one kind.
  mutating func tasks(_ count: Int, _ make: (inout Draw) -> TaskDraft) -> [TaskDraft] {
    (0..<count).map { _ in make(&self) }
  }
}

/// Lists that tasks are drawn from.
enum Words {
  /// A word behind its indefinite article.
  static func article(_ word: String) -> String { ("aeiou".contains(word.prefix(1)) ? "an " : "a ") + word }

  static let things = [
    "anchor", "basket", "blanket", "bottle", "bridge", "bucket", "button", "candle", "carpet", "chair", "clock",
    "compass",
    "curtain", "drawer", "engine", "feather", "garden", "hammer", "helmet", "jacket", "kettle", "ladder", "lantern",
    "letter", "magnet", "mirror", "needle", "orange", "pencil", "pillow", "pocket", "quilt", "ribbon", "rocket",
    "saddle",
    "scarf", "spoon", "ticket", "tunnel", "umbrella", "violin", "wagon", "window", "yogurt", "zipper",
  ]
  static let names = [
    "Adele", "Bruno", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Lars", "Mira",
    "Nadia", "Oscar", "Petra", "Quentin", "Rosa", "Samir", "Tilda", "Ulla", "Viktor", "Wanda", "Xenia", "Yusuf", "Zora",
    "Amos", "Berit", "Cyril", "Doris", "Edgar", "Flora", "Gustav", "Helga", "Igor", "Julia", "Karim", "Leona", "Marek",
    "Noemi", "Olaf", "Paula", "Remo", "Selma", "Tomas", "Ursula", "Vera", "Willem", "Yara", "Zeno",
  ]
  static let cities = [
    "Athens", "Bergen", "Cairo", "Dublin", "Geneva", "Helsinki", "Lagos", "Lima", "Lyon", "Madrid", "Nairobi", "Osaka",
    "Oslo", "Porto", "Quito", "Riga", "Seoul", "Turin", "Vienna", "Warsaw",
  ]
  static let colours = [
    "black", "blue", "brown", "green", "grey", "orange", "pink", "purple", "red", "white", "yellow",
  ]
}
