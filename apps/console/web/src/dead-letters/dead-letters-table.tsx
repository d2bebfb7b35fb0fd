import type { DeadLetterView } from '../../../src/contract/dead-letters.js';
import { count } from '../format/numbers.js';
import { clock } from '../format/times.js';
import { useParam } from '../shell/use-param.js';
import { Text } from '../ui/text.js';

interface DeadLettersTableProps {
  deadLetters: readonly DeadLetterView[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** Dead letters, each with a box to choose it. */
export function DeadLettersTable({ deadLetters, chosen, onChoose }: DeadLettersTableProps) {
  const [, openDeadLetter] = useParam('dead-letter');
  const isAll = deadLetters.length > 0 && deadLetters.every(({ id }) => chosen.has(id));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Dead letters of this cause">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                aria-label="Choose all that are shown"
                checked={isAll}
                onChange={() => {
                  onChoose(new Set(isAll ? [] : deadLetters.map(({ id }) => id)));
                }}
              />
            </th>
            <th scope="col">Failed</th>
            <th scope="col">Event</th>
            <th scope="col">Key</th>
            <th scope="col">Message</th>
            <th scope="col" className="num">
              Attempts
            </th>
            <th scope="col" className="num">
              Replays
            </th>
          </tr>
        </thead>
        <tbody>
          {deadLetters.map((deadLetter) => (
            <DeadLetterRow
              key={deadLetter.id}
              deadLetter={deadLetter}
              isChosen={chosen.has(deadLetter.id)}
              onChoose={() => {
                const next = new Set(chosen);
                if (!next.delete(deadLetter.id)) next.add(deadLetter.id);
                onChoose(next);
              }}
              onOpen={() => {
                openDeadLetter(`${deadLetter.stream}/${deadLetter.id}`);
              }}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface DeadLetterRowProps {
  deadLetter: DeadLetterView;
  isChosen: boolean;
  onChoose: () => void;
  onOpen: () => void;
}

function DeadLetterRow({ deadLetter, isChosen, onChoose, onOpen }: DeadLetterRowProps) {
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`Choose dead letter ${deadLetter.id}`}
          checked={isChosen}
          onChange={onChoose}
        />
      </td>
      <td className="nowrap">
        <button type="button" className="link-button" onClick={onOpen}>
          {clock(deadLetter.lastFailedMs)}
          <span className="visually-hidden">, open dead letter {deadLetter.id}</span>
        </button>
      </td>
      <td className="nowrap">
        {deadLetter.type === null ? (
          <span className="badge badge-bad">not an event</span>
        ) : (
          <Text most={60}>{deadLetter.type}</Text>
        )}
      </td>
      <td className="clip mono small">
        <Text most={40}>{deadLetter.partitionKey ?? ''}</Text>
      </td>
      <td className="clip">
        <Text most={200}>{deadLetter.errorMessage.replace(/\s+/g, ' ')}</Text>
      </td>
      <td className="num">{count(deadLetter.attempts)}</td>
      <td className="num">{count(deadLetter.replays)}</td>
    </tr>
  );
}
