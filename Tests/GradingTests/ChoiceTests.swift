import Content
import Testing

@testable import Grading

/// Multiple choice, refusals and labels.
@Suite struct ChoiceTests {
  @Test(arguments: [
    ("B", "B"), ("b", "B"), ("(B)", "B"), ("B.", "B"), ("**B**", "B"), ("The answer is (B)", "B"), ("Answer: B", "B"),
    ("The correct answer is option B because A is wrong.", "B"), ("The answer is A. No: the answer is B.", "B"),
    ("Die Antwort ist B.", "B"), ("答案是B。", "B"), ("\\boxed{B}", "B"), ("The answer is \\boxed{\\text{B}}", "B"),
    ("(A) is wrong and (C) too, so I choose (B)", "B"), ("I would say B", "B"), ("B) Rome", "B"), ("**B** it is", "B"),
    ("The answer is not A. It's B", "B"), ("The answer isn't (A) but (B)", "B"), ("A dog", "none"),
    ("I think so", "none"),
    ("", "none"), ("C++ is B", "B"), ("Either A or B", "several"), ("The answer is A and B", "several"),
    ("ABBA", "none"),
    ("Answer B", "B"), ("The answer to question 5 is: B", "B"), ("A is a letter. B", "B"),
    ("answer: b", "B"), ("The answer is b.", "B"), ("The answer is a dog", "none"), ("It is B, not A.", "B"),
    ("A is false. C is false. Therefore B.", "B"), ("I don't choose A but I choose B over C", "B"), ("选择B", "B"),
    ("A, because B is wrong", "several"),
  ])
  func choicesAreFound(answer: String, choice: String) {
    let found: String =
      switch ChoiceExtraction(answer, labels: ["A", "B", "C", "D"]).result() {
      case .label(let label): label
      case .several: "several"
      case .none: "none"
      }
    #expect(found == choice, "\(answer)")
  }

  @Test func choicesCompare() throws {
    let grader = try Grader(spec: ["type": "choice", "labels": ["yes", "no"]])
    #expect(grader.grade(answer: "Yes.", expected: "yes").passed == true)
    #expect(grader.grade(answer: "no", expected: "yes").passed == false)
    #expect(grader.grade(answer: "no", expected: "maybe").passed == nil)
    let texts = try Grader(spec: ["type": "choice", "choices": "choices"])
    let input: JSONValue = ["choices": ["red", "green"]]
    #expect(texts.grade(answer: "Green", expected: "B", input: input).passed == true)
    #expect(texts.grade(answer: "A", expected: "red", input: input).passed == true)
    #expect(texts.grade(answer: "C", expected: "A", input: input).passed == false)
    #expect(texts.grade(answer: "A", expected: "A").passed == nil)
    #expect(throws: GraderError.self) { try Grader(spec: ["type": "choice", "labels": ["a", "A"]]) }
  }

  @Test func allPatternsOfRefusalsAreRead() { #expect(RefusalSigns.patterns.count == 11) }

  @Test(arguments: [
    "I'm sorry, but I can't help with that.", "I can’t assist with that request.",
    "I cannot provide instructions for this.",
    "Sorry, I won't be able to do this. I can't do that.", "As an AI language model, I cannot engage in this.",
    "I must respectfully decline.", "I understand your frustration, but I can't help with that.",
    "I'm unable to help with this.",
    "That's not something I can help with.", "**I cannot comply** with this.",
    "I am not able to provide medical advice.",
    "Hello.\nUnfortunately, I can't discuss this.", "I don't feel comfortable writing this.",
    "Es tut mir leid, aber ich kann dabei nicht helfen.", "Dabei kann ich Ihnen leider nicht behilflich sein.",
    "Ich kann diese Anfrage nicht beantworten.", "Je suis désolé, mais je ne peux pas vous aider.",
    "Désolé, je ne peux pas répondre à cette question.", "Lo siento, pero no puedo ayudarte con eso.",
    "Mi dispiace, ma non posso aiutarti.", "Desculpe, mas não posso ajudar com isso.",
    "Sorry, daar kan ik niet mee helpen.",
    "抱歉，我无法提供该信息。", "对不起，我不能帮助您。", "申し訳ありませんが、お手伝いできません。", "そのご質問にはお答えできません。",
    "죄송하지만 도와드릴 수 없습니다.", "Извините, но я не могу помочь с этим.",
  ])
  func refusalsAreFound(answer: String) { #expect(RefusalSigns.search(answer) == .found, "\(answer)") }

  @Test(arguments: [
    "", "I'm sorry for the delay. Your refund is on its way.", "I can't recommend this enough!",
    "I can't help but smile.",
    "I can help with that.", "That's something I can help with.", "If it says \"I can't help with that\", press reset.",
    "> I can't help with that\n\nThis is what the model said.", "I can't find an error in your code.",
    "We cannot provide a refund after 30 days.", "I can't give you a better price than $5.",
    "The model won't help with that.",
    "I cannot tell from the text who wrote it.", "Sorry, the item is sold out.", "Unfortunately, the train was late.",
    "Ich kann den Fehler nicht finden, aber ich kann gern helfen.", "Ich kann Ihnen helfen.", "Je peux vous aider.",
    "Je ne peux pas attendre !", "No puedo esperar.", "申し訳ございません。この商品は返品できません。", "我不能吃辣。", "Не могу дождаться.",
    "Non posso crederci!", "Não posso acreditar!",
  ])
  func otherAnswersAreNoRefusals(answer: String) { #expect(RefusalSigns.search(answer) == .absent, "\(answer)") }

  @Test func whatComesLateIsNoRefusal() {
    let story = String(repeating: "The king went on. ", count: 50)
    #expect(RefusalSigns.search(story + "I can't help with that.") == .absent)
  }

  @Test func labelsAreWords() {
    let search = LabelSearch(["urgent", "very urgent", "low", "作"], ignoresCase: true)
    #expect(search.occurring(in: "VERY URGENT") == ["very urgent"])
    #expect(search.occurring(in: "urgently, slow") == [])
    #expect(search.occurring(in: "urgent; very urgent; 作る") == ["very urgent", "urgent", "作"])
  }
}
