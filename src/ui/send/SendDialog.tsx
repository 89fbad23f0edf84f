/** The send form: from, to, port, protocol, where to stop; a sentence says what will leave and which rule sees it first. */
import { useMemo, useState, type SubmitEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Place, ProbeSpec, Target } from '../../cluster/commands.ts';
import { keyText } from '../commands/keys.ts';
import { Button, IconButton, TextButton } from '../kit/Button.tsx';
import { Chip } from '../kit/Chip.tsx';
import { ChoiceField } from '../kit/ChoiceField.tsx';
import { SearchChoiceField } from '../kit/SearchChoiceField.tsx';
import type { ChoiceGroup } from '../kit/choices.tsx';
import { ModalDialog } from '../kit/ModalDialog.tsx';
import { RealCommand } from '../kit/RealCommand.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import { measureThroughput, openDialog, send, sendMany } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { AppStore } from '../store/store.ts';
import { curlText } from './curl.ts';
import { defaultProbe } from './draft.ts';
import {
  addressOf,
  portId,
  portsOf,
  serviceName,
  sources,
  targets,
  typedTarget,
  withoutAddress,
  type End,
  type PortChoice,
} from './ends.ts';
import { Preview } from './Preview.tsx';
import { placeText, targetText } from '../../cluster/command-title.ts';
import { readSport, SportField } from './SportField.tsx';
import { readSize, SizeField } from './SizeField.tsx';
import { Waiting } from '../app/Waiting.tsx';
import { StopField } from './StopField.tsx';
import styles from './SendDialog.module.css';

export function SendDialog(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const isOpen = useApp((state) => state.dialog === 'send');
  const close = (): void => openDialog(store, null);
  return (
    <ModalDialog label={t('send.title')} isOpen={isOpen} onClose={close}>
      <div className={styles.head}>
        <h2>{t('send.title')}</h2>
        <IconButton icon="close" label={t('app.close')} onPress={close} />
      </div>
      <SendForm />
    </ModalDialog>
  );
}

const MANY = 1000;

function SendForm(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const snapshot = useApp((state) => state.snapshot);
  const [start] = useState(() => defaultProbe(store.getState()));
  const from = useMemo(() => sources(snapshot), [snapshot]);
  const to = useMemo(() => targets(snapshot), [snapshot]);
  if (start === undefined) return <p className={styles.none}>{t('send.nowhere')}</p>;
  return <Fields start={start} from={from} to={to} />;
}

interface FieldsProps {
  readonly start: ProbeSpec;
  readonly from: readonly End<Place>[];
  readonly to: readonly End<Target>[];
}

function Fields({ start, from, to }: FieldsProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const snapshot = useApp((state) => state.snapshot);
  const [probe, setProbe] = useState(start);
  const [toText, setToText] = useState(() => endName(start.to, to));
  const [portText, setPortText] = useState(String(start.port));
  const [sizeText, setSizeText] = useState(start.bytes === undefined ? '' : String(start.bytes));
  const [sportText, setSportText] = useState(start.sport === undefined ? '' : String(start.sport));
  const [curl, setCurl] = useState(false);
  const [refused, setRefused] = useState('');
  const [given, setGiven] = useState(false);
  const typed = typedTarget(toText, to, probe.to);
  const ports = portsOf(snapshot, typed ?? probe.to, probe.from);
  const port = Number(portText);
  const portFine = probe.protocol === 'icmp' || (Number.isInteger(port) && port >= 1 && port <= 65535);
  const unaddressed = typed === null ? null : withoutAddress(snapshot, typed);
  const size = readSize(sizeText);
  const { from: source, protocol } = probe;
  const sport = protocol === 'udp' ? readSport(sportText) : {};
  const whole: ProbeSpec | null =
    typed === null || unaddressed !== null || !portFine || size === null || sport === null
      ? null
      : { from: source, to: typed, port: protocol === 'icmp' ? 0 : port, protocol, ...size, ...sport };

  const choosePort = (id: string): void => {
    const chosen = ports.find((each) => each.id === id);
    if (chosen === undefined) return;
    setPortText(String(chosen.port));
    if (probe.protocol !== 'icmp') setProbe({ ...probe, port: chosen.port, protocol: chosen.protocol });
  };
  const chooseTo = (id: string): void => {
    const end = to.find((each) => each.id === id);
    if (end === undefined) return;
    const known = portsOf(snapshot, end.value, probe.from)[0];
    setToText(end.name);
    setProbe({ ...probe, to: end.value, protocol: known?.protocol ?? probe.protocol });
    if (known !== undefined) setPortText(String(known.port));
  };
  const submit = (then: (store: AppStore) => void = () => undefined): void => {
    if (whole === null || given) return;
    setGiven(true);
    send(store, whole, (result) => {
      setGiven(false);
      if (!result.ok) setRefused(result.errors.map((error) => error.message).join('\n'));
      else then(store);
    });
  };
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    submit();
  };
  const chosenEnd = typed === null ? undefined : to.find((end) => end.id === targetText(typed));
  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <ChoiceField
        label={t('send.from')}
        value={placeText(probe.from)}
        groups={groups(from)}
        onChange={(id) => {
          const end = from.find((each) => each.id === id);
          if (end !== undefined) setProbe({ ...probe, from: end.value });
        }}
      />
      <SearchChoiceField
        label={t('send.to')}
        value={chosenEnd?.id ?? null}
        text={toText}
        groups={groups(to)}
        onChange={chooseTo}
        onType={setToText}
        invalid={typed === null}
        lead={chosenEnd === undefined ? undefined : <KindChip kind={chosenEnd.kind} />}
      />
      {typed === null ? <p className={styles.fault}>{t('send.badTarget')}</p> : null}
      {unaddressed === null || typed?.kind !== 'svc' ? null : (
        <p className={styles.say}>
          {t(`send.${unaddressed}`)}{' '}
          {unaddressed === 'pending' ? null : (
            <TextButton onPress={() => chooseTo(serviceName(typed.namespace, typed.name))}>
              {t('send.toName', { name: serviceName(typed.namespace, typed.name) })}
            </TextButton>
          )}
        </p>
      )}
      <div className={styles.two}>
        <SearchChoiceField
          label={t('send.port')}
          value={ports.find(({ id }) => id === portId(portText, probe.protocol))?.id ?? null}
          text={probe.protocol === 'icmp' ? '' : portText}
          groups={portGroups(ports)}
          onChange={choosePort}
          onType={setPortText}
          invalid={!portFine}
        />
        <div className={styles.protocol}>
          <span>{t('send.protocol')}</span>
          <Segmented
            label={t('send.protocol')}
            value={probe.protocol}
            options={[
              { id: 'tcp', label: 'TCP' },
              { id: 'udp', label: 'UDP' },
              { id: 'icmp', label: 'ICMP' },
            ]}
            onChange={(protocol) => setProbe({ ...probe, protocol })}
          />
        </div>
      </div>
      {portFine ? null : <p className={styles.fault}>{t('send.badPort')}</p>}
      {protocol === 'udp' ? <SportField text={sportText} onChange={setSportText} /> : null}
      <SizeField text={sizeText} onChange={setSizeText} />
      <StopField probe={probe} />
      {whole === null ? null : <Preview probe={whole} address={addressOf(whole.to, to)} />}
      <Waiting className={styles.say} />
      {refused === '' ? null : (
        <p className={styles.fault} role="alert">
          {refused}
        </p>
      )}
      <div className={styles.buttons}>
        <Button tone="primary" type="submit" isDisabled={whole === null}>
          {t('send.send')} <kbd>{keyText('Enter')}</kbd>
        </Button>
        <Button isDisabled={whole === null} onPress={() => submit((each) => sendMany(each, MANY))}>
          {t('send.sendMany', { count: MANY })}
        </Button>
        <Button isDisabled={whole === null || protocol === 'icmp'} onPress={() => submit(measureThroughput)}>
          {t('journey.throughput.measure')}
        </Button>
        <span className={styles.space} />
        <Button tone="quiet" aria-expanded={curl} onPress={() => setCurl(!curl)}>
          {t('send.asCurl')}
        </Button>
      </div>
      {curl && whole !== null ? <RealCommand text={curlText(whole, addressOf(whole.to, to))} /> : null}
    </form>
  );
}

function endName(target: Target, ends: readonly End<Target>[]): string {
  const id = targetText(target);
  return ends.find((end) => end.id === id)?.name ?? id;
}

const KINDS = ['service', 'node', 'netns', 'pod', 'external', 'self', 'name'] as const;

function KindChip({ kind }: { readonly kind: End<unknown>['kind'] }): ReactElement {
  const { t } = useTranslation();
  return <Chip kind={kind === 'service' || kind === 'node' || kind === 'pod' ? kind : 'plain'}>{t(`send.kind.${kind}`)}</Chip>;
}

function groups(ends: readonly End<unknown>[]): readonly ChoiceGroup[] {
  return [
    {
      title: '',
      choices: KINDS.flatMap((kind) =>
        ends
          .filter((end) => end.kind === kind)
          .map((end) => ({
            id: end.id,
            text: end.name,
            face: (
              <span className={styles.end}>
                <KindChip kind={kind} />
                <b>{end.name}</b>
                <code>{end.address}</code>
              </span>
            ),
          })),
      ),
    },
  ];
}

/** None where nothing is known to listen: then a number is typed. */
function portGroups(ports: readonly PortChoice[]): readonly ChoiceGroup[] {
  if (ports.length === 0) return [];
  const choices = ports.map((port) => ({ id: port.id, text: String(port.port), face: <PortFace {...port} /> }));
  return [{ title: '', choices }];
}

function PortFace({ port, name, protocol }: PortChoice): ReactElement {
  return (
    <span className={styles.end}>
      <code>
        {port}/{protocol.toUpperCase()}
      </code>
      <span>{name}</span>
    </span>
  );
}
