import { Select } from '@gravity-ui/uikit';
import { useNavigate } from '@tanstack/react-router';
import type { Search, SearchKey } from '../../app/top-bar/search.ts';
import { useTexts } from '../../i18n/texts.tsx';

interface Props<Option extends string> {
  /** Where the choice stands in the address. */
  readonly name: SearchKey;
  readonly label: string;
  /** Undefined: all. */
  readonly value: Option | undefined;
  readonly options: readonly Option[];
  readonly nameOf?: (option: Option) => string;
  /** What no choice is called. */
  readonly all?: string;
}

/** What a list is limited to, one of a few. A choice begins with the first page. */
export function ChoiceFilter<Option extends string>({
  name,
  label,
  value,
  options,
  nameOf = (option) => option,
  all,
}: Props<Option>) {
  const { t } = useTexts();
  const navigate = useNavigate();
  return (
    <Select
      aria-label={label}
      label={label}
      value={[value ?? '']}
      options={[
        { value: '', content: all ?? t('common.all') },
        ...options.map((one) => ({ value: one, content: nameOf(one) })),
      ]}
      onUpdate={([one]) =>
        void navigate({
          to: '.',
          search: (before: Search) => ({ ...before, page: undefined, [name]: one || undefined }),
        })
      }
    />
  );
}
