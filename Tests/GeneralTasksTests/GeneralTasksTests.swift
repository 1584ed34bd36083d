import Content
import Grading
import Testing

@testable import GeneralTasks

@Suite struct GeneralTasksTests {
  @Test func eachSkillHasAsManyTasks() {
    #expect(GeneralTasks.all.count == 360)
    for skill in GeneralTask.Skill.allCases {
      #expect(GeneralTasks.all.count { $0.skill == skill } == GeneralTasks.perSkill, "\(skill)")
    }
  }

  /// Equal inputs would be one piece of evidence.
  @Test func noTwoTasksAreTheSame() {
    #expect(Set(GeneralTasks.all.map(\.question)).count == GeneralTasks.all.count)
    #expect(Set(GeneralTasks.all.map(\.id)).count == GeneralTasks.all.count)
  }

  @Test(arguments: GeneralTasks.all) func aRightAnswerPassesAndAWrongOneFails(task: GeneralTask) throws {
    let graders = try GraderSet(specs: [task.grader])
    let input: JSONValue = ["question": .string(task.question)]
    let right = graders.grade(answer: task.right, expected: task.expected, input: input)
    #expect(right.passed == true && right.value == 1, "\(task.question.suffix(200)): \(task.right)")
    for wrong in [task.wrong, "", "{\"label\": \"bug\"}", "positive"] {
      let grade = graders.grade(answer: wrong, expected: task.expected, input: input)
      #expect(grade.passed == false && grade.value == 0, "\(task.question.suffix(200)): \(wrong)")
    }
  }

  /// Of the right answers, none is right for another task of the same kind: a model that says one thing fails.
  @Test func oneAnswerToEverythingFails() throws {
    for skill in GeneralTask.Skill.allCases where skill != .refusal {
      let tasks = GeneralTasks.all.filter { $0.skill == skill }
      for answer in Set(tasks.map(\.right)) {
        let passed = try tasks.count { task in
          try GraderSet(specs: [task.grader]).grade(answer: answer, expected: task.expected, input: [:]).passed == true
        }
        #expect(passed <= 12, "\(skill): \(answer)")
      }
    }
  }

  /// About 3.5 bytes make a token of English, and digits and code make more.
  @Test func longTextsAreShortEnoughForSmallModels() {
    for task in GeneralTasks.all {
      #expect(task.question.utf8.count <= 5000, "\(task.id): \(task.question.utf8.count)")
    }
    let recall = GeneralTasks.all.filter { $0.skill == .recall }.map(\.question.utf8.count)
    #expect(recall.reduce(0, +) / recall.count > 1800)
  }

  @Test func linesAreCasesWithATag() throws {
    for (line, task) in zip(GeneralTasks.lines, GeneralTasks.all) {
      #expect(!line.contains("\n"))
      let value = try JSONValue(parsing: line)
      #expect(value["id"]?.string == task.id && value["tags"] == [.string(task.skill.rawValue)])
      #expect(value["input"]?["question"]?.string == task.question && value["graders"]?[0] == task.grader)
    }
  }

  /// The tasks are the same on every machine and in every version, so that runs of different days can be compared.
  @Test func theSetNeverChanges() {
    #expect(
      SHA256.hex(GeneralTasks.lines.joined(separator: "\n"))
        == "0c4954f65652aa99a2429145c7e0040690cdee9ce9040a5a4a4877733a47868d")
  }
}
