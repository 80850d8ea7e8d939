import { expect, it } from "vitest";
import { createRequestState, type FileRequest } from "./request-state.ts";

const REQUEST: FileRequest = {
  maxFiles: 5,
  maxBytesPerFile: 100,
  maxBytesTotal: 300,
  accept: ["image/*"],
  askName: "no",
  review: false,
  slots: [],
  filesLeft: 2,
  bytesLeft: 150,
  sent: [],
};

it("each file that a visitor sends reduces the remaining limits of the file request", () => {
  const state = createRequestState(REQUEST);
  state.count({ files: 1, bytes: 90 });
  expect(state.filesLeft()).toBe(1);
  expect(state.limitsOf(undefined)).toEqual({ accept: ["image/*"], maxBytes: 60 });
  state.count({ files: -1, bytes: 90 });
  expect(state.filesLeft()).toBe(2);
  expect(state.limitsOf(undefined).maxBytes).toBe(100);
});

it("the limits of a slot override the limits of the file request", () => {
  const state = createRequestState(REQUEST);
  const slot = { id: "passport", name: "Passport", isFilled: false };
  expect(state.limitsOf({ ...slot, accept: ["application/pdf"], maxBytes: 10 })).toEqual({
    accept: ["application/pdf"],
    maxBytes: 10,
  });
  expect(state.limitsOf({ ...slot, accept: [] })).toEqual({ accept: ["image/*"], maxBytes: 100 });
});
