import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import Storage

struct ReviewStoreTests {
  private func preference(_ a: RunID, _ b: RunID, _ better: Preference.Better, case id: String = "c1") -> Preference {
    Preference(
      set: "main", caseID: id, input: hash("input"), a: OutputPlace(run: a), b: OutputPlace(run: b, sample: 1),
      better: better, time: Date(timeIntervalSince1970: 5.5))
  }

  private func correction(_ text: String, case id: String = "c1") -> Correction {
    Correction(
      set: "main", caseID: id, input: hash("input"), text: text, source: OutputPlace(run: RunID(1), sample: 2),
      time: Date(timeIntervalSince1970: 7))
  }

  @Test func findingsComeBackAsTheyWere() async throws {
    try await onBothStores { store in
      let (first, second) = (try await store.beginRun(draft("a")).id, try await store.beginRun(draft("b")).id)
      #expect(try await store.reviews().isEmpty)
      let one = preference(first, second, .a)
      let right = correction("né\u{0} \"作\"\n")
      try await store.keep(preference(second, first, .neither, case: "c2"))
      try await store.keep(preference(first, second, .both))
      try await store.keep(one)
      try await store.keep(correction("old"))
      try await store.keep(right)
      let reviews = try await store.reviews()
      #expect(Set(reviews.preferences) == [one, preference(second, first, .neither, case: "c2")])
      #expect(reviews.corrections == [right])
      try await store.removePreference(set: "main", caseID: "c1", a: one.a, b: one.b)
      try await store.removeCorrection(set: "main", caseID: "c1")
      #expect(try await store.reviews().preferences.map(\.caseID) == ["c2"])
      #expect(try await store.reviews().corrections.isEmpty)
    }
  }
}
