import { useMutation } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { invalidate, keys } from "../../service/queries.ts";
import { reviewTexts } from "../../texts/en/file-tools.ts";

const words = reviewTexts;

/** Lets the user accept or reject the file of a visitor. Nobody can open the file before the user accepts the file. */
export function ReviewFile({ attachment: { id, noteId, filename } }: { attachment: Attachment }) {
  const review = useMutation({
    mutationFn: (decision: "accept" | "reject") => client.attachments.review(id, decision),
    onSettled: () => invalidate(keys.note(noteId), keys.usage, keys.activity),
  });
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-1 max-md:mt-1 max-md:pb-1">
      <Button aria-label={words.acceptOf(filename)} disabled={review.isPending} onClick={() => review.mutate("accept")}>
        {words.accept}
      </Button>
      <Button
        kind="quiet"
        aria-label={words.rejectOf(filename)}
        disabled={review.isPending}
        onClick={() => review.mutate("reject")}
      >
        {words.reject}
      </Button>
      {review.isError && <Problem error={review.error} />}
    </div>
  );
}
