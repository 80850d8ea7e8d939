import { useMutation } from "@tanstack/react-query";
import type { ApiToken } from "@valetkey/client";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Problem } from "../../components/states.tsx";
import { useNow } from "../../components/use-now.ts";
import { client } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";
import { formatInstant, formatWhen, texts } from "../../texts/index.ts";

const words = settingsTexts.tokens;

export function TokenRow({ token, onRevoked }: { token: ApiToken; onRevoked: () => void }) {
  const now = useNow();
  const { id, label, createdAt } = token;
  const revoke = useMutation({
    mutationFn: () => client.tokens.remove(id),
    async onSuccess() {
      onRevoked();
      await queryClient.invalidateQueries({ queryKey: keys.tokens });
      toasts.add({ title: words.revoked(label) });
    },
  });
  const facts = [words.created(formatWhen(createdAt, now)), describeExpiry(token, now)];
  return (
    <li className="flex flex-col gap-2 p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 grow basis-40">
          <p className="truncate font-medium">{label}</p>
          <p className="truncate text-muted text-small" title={formatInstant(createdAt)}>
            {facts.join(texts.common.separator)}
          </p>
        </div>
        <AskInPlace
          label={words.revoke}
          spokenLabel={words.revokeOf(label)}
          question={words.revokeQuestion}
          isPending={revoke.isPending}
          onConfirm={() => revoke.mutate()}
        />
      </div>
      {revoke.isError && <Problem error={revoke.error} />}
    </li>
  );
}

function describeExpiry({ expiresAt }: ApiToken, now: number): string {
  if (expiresAt === null) return words.neverExpires;
  const when = formatWhen(expiresAt, now);
  return Date.parse(expiresAt) > now ? words.expires(when) : words.expired(when);
}
