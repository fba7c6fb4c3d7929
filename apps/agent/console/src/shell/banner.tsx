import type { MeResponse } from '@postern/agent/console-contract';
import { Icon, type IconName } from '../ui/icon';

interface Message {
  readonly icon: IconName;
  readonly isGrave: boolean;
  readonly title: string;
  readonly text: string;
}

/** The one thing about this agent that a person must know before anything else, if there is one. */
export function bannerOf(me: MeResponse, isAgentAnswering: boolean): Message | undefined {
  const { version, state, controlPlaneReachable } = me.policy;
  if (!isAgentAnswering) {
    return {
      icon: 'alert',
      isGrave: true,
      title: 'The agent does not answer.',
      text: 'Nothing can run until it does; trying again every few seconds. What you type is kept.',
    };
  }
  if (state === 'revoked') {
    return {
      icon: 'shield',
      isGrave: true,
      title: 'This agent was revoked.',
      text: `Every statement is refused. An administrator of ${me.orgName} can enrol it again.`,
    };
  }
  if (state === 'lease_expired') {
    return {
      icon: 'shield',
      isGrave: true,
      title: 'The policy is too old to be trusted.',
      text: `The agent has not reached the control plane for too long, so every statement is refused until version ${version} is confirmed or replaced.`,
    };
  }
  if (state === 'none') {
    return {
      icon: 'info',
      isGrave: false,
      title: 'No policy yet.',
      text: 'The agent waits for its first policy from the control plane; until then every statement is refused.',
    };
  }
  if (!controlPlaneReachable) {
    return {
      icon: 'info',
      isGrave: false,
      title: 'Control plane not reachable.',
      text: `The agent goes on with policy v${version}. Changes of rules arrive when it is back; audit events are kept and sent later.`,
    };
  }
  return undefined;
}

export function Banner({ me, isAgentAnswering }: { me: MeResponse; isAgentAnswering: boolean }) {
  const message = bannerOf(me, isAgentAnswering);
  if (message === undefined) return null;
  const look = message.isGrave ? 'bg-danger-soft text-danger' : 'bg-warn-soft text-warn';
  return (
    <div
      role={message.isGrave ? 'alert' : 'status'}
      className={`flex gap-2 border-line border-b px-3 py-1.5 ${look}`}
    >
      <Icon name={message.icon} className="mt-px" />
      <p>
        <strong className="font-semibold">{message.title}</strong>{' '}
        <span className="text-text">{message.text}</span>
      </p>
    </div>
  );
}
