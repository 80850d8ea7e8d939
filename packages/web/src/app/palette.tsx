import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { useState } from "react";
import { paletteTexts } from "../texts/en/palette.ts";
import { texts } from "../texts/index.ts";
import { KeyNames } from "./key-names.tsx";
import { type Command, type CommandGroup, type PaletteActions, useCommands } from "./palette-commands.ts";

const words = paletteTexts;

export function Palette({ onClose, ...actions }: PaletteActions & { onClose: () => void }) {
  const [text, setText] = useState("");
  const { groups, isSearching } = useCommands(text, actions);
  const run = (command: Command) => {
    onClose();
    command.run();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity data-starting-style:opacity-0" />
        <Dialog.Popup
          aria-label={words.title}
          className="fixed inset-x-2 top-2 z-40 mx-auto flex max-h-[70dvh] max-w-[560px] flex-col overflow-hidden rounded-card border bg-surface shadow-float outline-none transition-opacity data-starting-style:opacity-0 md:top-[12vh]"
        >
          <Autocomplete.Root
            open
            inline
            items={groups}
            filter={null}
            mode="none"
            value={text}
            onValueChange={setText}
            itemToStringValue={({ label }: Command) => label}
            autoHighlight="always"
            keepHighlight
          >
            <div className="flex items-center gap-3 border-b px-4">
              <Search size={18} className="shrink-0 text-muted" />
              <Autocomplete.Input
                aria-label={words.title}
                placeholder={words.placeholder}
                maxLength={200}
                className="h-12 min-w-0 grow bg-transparent text-base outline-none"
              />
              <Dialog.Close className="sr-only focus:not-sr-only focus:px-2">{texts.common.close}</Dialog.Close>
            </div>
            <Autocomplete.Empty>
              {isSearching ? null : <p className="px-4 py-6 text-center text-muted">{words.none}</p>}
            </Autocomplete.Empty>
            <Autocomplete.List className="min-h-0 scroll-py-2 overflow-y-auto overscroll-contain p-2 empty:hidden">
              {(group: CommandGroup) => <Group key={group.label} group={group} onRun={run} />}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Group({ group, onRun }: { group: CommandGroup; onRun: (command: Command) => void }) {
  return (
    <Autocomplete.Group items={group.items} className="pb-2 last:pb-0">
      <Autocomplete.GroupLabel className="px-2 py-1 font-medium text-muted text-small">
        {group.label}
      </Autocomplete.GroupLabel>
      <Autocomplete.Collection>
        {(command: Command) => (
          <Autocomplete.Item
            key={command.id}
            value={command}
            onClick={() => onRun(command)}
            className="flex h-11 cursor-default select-none items-center gap-3 rounded-small px-2 outline-none data-highlighted:bg-hover md:h-9"
          >
            <command.icon size={16} className="shrink-0 text-muted" />
            <span className="min-w-0 grow truncate">
              {command.label}
              {command.hint !== undefined && <span className="text-muted"> {command.hint}</span>}
            </span>
            {command.shortcut !== undefined && (
              <span aria-hidden="true" className="pointer-coarse:hidden">
                <KeyNames shortcut={command.shortcut} />
              </span>
            )}
          </Autocomplete.Item>
        )}
      </Autocomplete.Collection>
    </Autocomplete.Group>
  );
}
