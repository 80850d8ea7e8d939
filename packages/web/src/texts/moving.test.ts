import { describe, expect, it } from "vitest";
import { movingTexts as german } from "./de/moving.ts";
import { movingTexts as english } from "./en/moving.ts";

describe("the texts about a move", () => {
  it.each([
    [{ people: 0, links: 0, isExact: true }, "Nobody loses access.", "Niemand verliert den Zugriff."],
    [{ people: 1, links: 0, isExact: true }, "1 person loses access.", "1 Person verliert den Zugriff."],
    [{ people: 0, links: 1, isExact: true }, "1 open link loses access.", "1 offener Link verliert den Zugriff."],
    [
      { people: 2, links: 1, isExact: true },
      "2 people and 1 open link lose access.",
      "2 Personen und 1 offener Link verlieren den Zugriff.",
    ],
    [{ people: 1, links: 0, isExact: false }, "1 person may lose access.", "1 Person verliert vielleicht den Zugriff."],
    [
      { people: 2, links: 1, isExact: false },
      "2 people and 1 open link may lose access.",
      "2 Personen und 1 offener Link verlieren vielleicht den Zugriff.",
    ],
    [{ people: 0, links: 1, isExact: false }, "1 open link loses access.", "1 offener Link verliert den Zugriff."],
    [{ people: 0, links: 0, isExact: false }, "Nobody loses access.", "Niemand verliert den Zugriff."],
  ])("the sentence about moving files says who loses access (%j)", (losing, inEnglish, inGerman) => {
    expect([english.losing(losing), german.losing(losing)]).toEqual([inEnglish, inGerman]);
  });
});
