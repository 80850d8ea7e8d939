import { useMutation } from "@tanstack/react-query";
import type { AdminLink } from "@valetkey/client";
import { Link2 } from "lucide-react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { useNow } from "../../components/use-now.ts";
import { client } from "../../service/client.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatWhen } from "../../texts/index.ts";
import { PagedList, refreshLists, usePages } from "./paged-list.tsx";
import { Row } from "./row.tsx";

const words = administration.links;

/** Shows the links and file requests of all people, the newest first. */
export function AllLinks() {
  const list = usePages(["links"], (page) => client.admin.links(page));
  return (
    <PagedList list={list} label={administration.tabs.links} words={words} icon={<Link2 size={28} strokeWidth={1.5} />}>
      {(link) => <LinkRow key={link.id} link={link} />}
    </PagedList>
  );
}

function LinkRow({ link }: { link: AdminLink }) {
  const now = useNow();
  const { id, kind, label, state, noteTitle, createdBy } = link;
  const name = label === "" ? words.kinds[kind] : label;
  const revoke = useMutation({ mutationFn: () => client.admin.revokeLink(id), onSuccess: refreshLists });
  return (
    <Row
      title={name}
      marks={[{ text: words.states[state] }]}
      facts={[
        [words.of(noteTitle, createdBy.name ?? createdBy.email ?? createdBy.id)],
        [words.kinds[kind], ...factsOf(link, now)],
      ]}
      error={revoke.error}
      actions={
        state !== "revoked" && (
          <AskInPlace
            label={words.revoke}
            spokenLabel={words.revokeOf(name)}
            question={words.revokeQuestion}
            isPending={revoke.isPending}
            onConfirm={() => revoke.mutate()}
          />
        )
      }
    />
  );
}

function factsOf({ kind, expiresAt, hasPassword, claims, received }: AdminLink, now: number): string[] {
  return [
    expiresAt === null ? words.forever : words.expires(formatWhen(expiresAt, now)),
    ...(hasPassword ? [words.password] : []),
    kind === "upload" ? words.received(received.files, received.bytes) : words.claims(claims),
  ];
}
