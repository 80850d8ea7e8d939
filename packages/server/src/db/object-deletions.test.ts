import { expect, it } from "vitest";
import { describeDatabase } from "./testing/describe-database.ts";

describeDatabase("object deletions", (suite) => {
  it("lists what is due in its order, and moves, postpones, cancels and removes", async () => {
    const { put, cancel, listDue, remove, postpone } = suite.db.objectDeletions;
    await put({ objectKey: "b", notBefore: 200 });
    await put({ objectKey: "a", notBefore: 100 });
    await put({ objectKey: "c", notBefore: 300 });
    expect(await listDue(200, 10)).toEqual([
      { objectKey: "a", notBefore: 100, attempts: 0 },
      { objectKey: "b", notBefore: 200, attempts: 0 },
    ]);
    expect(await listDue(300, 1)).toMatchObject([{ objectKey: "a" }]);

    await postpone("a", { notBefore: 250 });
    await postpone("a", { notBefore: 350 });
    expect(await listDue(349, 10)).toMatchObject([{ objectKey: "b" }, { objectKey: "c" }]);
    expect(await listDue(350, 10)).toContainEqual({ objectKey: "a", notBefore: 350, attempts: 2 });

    await put({ objectKey: "c", notBefore: 50 });
    expect(await listDue(50, 10)).toEqual([{ objectKey: "c", notBefore: 50, attempts: 0 }]);

    await cancel("c");
    await cancel("never queued");
    await remove(["a", "b", "never queued"]);
    await remove([]);
    expect(await listDue(1e15, 10)).toEqual([]);
  });
});
