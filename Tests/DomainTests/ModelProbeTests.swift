import Foundation
import Testing

@testable import Domain

struct ModelProbeTests {
  @Test func whatIsServedUnderTheSameNameIsCompared() {
    func probe(_ answers: [String: String], _ origins: [String: String] = [:], at time: Double) -> ModelProbe {
      var probe = ModelProbe(time: Date(timeIntervalSince1970: time), latency: 1)
      (probe.answers, probe.origins) = (answers, origins)
      return probe
    }
    let first = probe(["base": "a", "tuned": "b"], ["tuned": "/adapters/1"], at: 1)
    var same = probe(["base": "a", "tuned": "b"], ["tuned": "/adapters/1"], at: 2)
    #expect(same.replacements(since: first).isEmpty)
    same.note(first)
    #expect(same.replaced == nil)
    var other = probe(["tuned": "b"], ["tuned": "/adapters/2"], at: 3)
    #expect(
      other.replacements(since: same) == [
        ModelProbe.Replacement(name: "tuned", before: "/adapters/1", now: "/adapters/2")
      ])
    other.note(same)
    #expect(other.replaced == ["tuned": Date(timeIntervalSince1970: 3)] && other.answers?["base"] == "a")
    let answers = probe(["base": "c", "tuned": "b"], ["tuned": "/adapters/2"], at: 4)
    #expect(answers.replacements(since: other) == [ModelProbe.Replacement(name: "base")])
  }
}
