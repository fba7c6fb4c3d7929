'use client';
import { SelectField } from '../../ui/field';
import { chainName, useChains } from './use-verify';

interface Props {
  /** Id of a chain; empty: all of them. */
  value: string;
  onChange: (value: string) => void;
}

/** Which chain of the trail is meant. */
export function ChainField({ value, onChange }: Props) {
  const chains = useChains();
  return (
    <SelectField label="What" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">Everything: all agents and changes</option>
      {chains.data?.map((each) => (
        <option key={each.id} value={each.id}>
          {chainName(each)}
        </option>
      ))}
    </SelectField>
  );
}
