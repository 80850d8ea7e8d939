import { useMutation } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { accounts } from "../../service/accounts.ts";
import { texts } from "../../texts/index.ts";

type ProviderButtonProps = {
  /** What people know the identity provider by. */
  name: string;
  /** The path to come back to. */
  to: string;
  /** Whether there is no other way below it. */
  isOnly?: boolean;
};

/** Leads to the identity provider, which leads back. */
export function ProviderButton({ name, to, isOnly = false }: ProviderButtonProps) {
  const start = useMutation({
    mutationFn: () => accounts.startOidc(to),
    onSuccess: ({ url }) => location.assign(url),
  });
  // The page is about to go away: what was pressed stays so.
  const isLeaving = start.isPending || start.isSuccess;
  return (
    <div className="flex flex-col gap-4">
      {start.isError && <Problem error={start.error} />}
      <Button kind={isOnly ? "primary" : "outline"} disabled={isLeaving} onClick={() => start.mutate()}>
        <LogIn size={16} />
        {texts.accounts.continueWith(name)}
      </Button>
      {!isOnly && (
        <div className="mb-4 flex items-center gap-3 text-muted text-small">
          <hr className="grow" />
          {texts.accounts.or}
          <hr className="grow" />
        </div>
      )}
    </div>
  );
}
