package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"

	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// MailOutcome is the result of one attempt to send a mail, for metrics: a models.MailStatus, or MailPutOff.
type MailOutcome string

// MailPutOff means that the mail server was away or refused the mail for the moment.
const MailPutOff MailOutcome = "put_off"

// Mails holds the activity that sends mails.
type Mails struct {
	Store  *store.Store
	Sender mail.Sender
	// Done is called for every attempt, for metrics.
	Done func(purpose models.MailPurpose, outcome MailOutcome)
}

var errMailTaken = errors.New("another worker sends the mail")

// SendMail sends a mail once, unless a crash comes between the server's answer and its record. An error means that
// Temporal has to call SendMail again: the server or the database is away, or another worker has the mail. A mail that
// the server refuses is settled, and so is one past its time.
func (a *Mails) SendMail(ctx context.Context, ref models.MailRef) error {
	row, err := a.Store.TakeMail(ctx, ref)
	switch {
	case models.CodeOf(err) == models.CodeResourceMissing: // deleted, long after it was settled
		return nil
	case err != nil:
		return err
	case row.Taken:
		return a.send(ctx, row)
	case row.GaveUp:
		activity.GetLogger(ctx).Warn("mail: not sent in time; it is given up", "mail", row.ID, "purpose", string(row.Purpose))
		a.Done(row.Purpose, MailOutcome(models.MailGivenUp))
	case row.Status == models.MailPending:
		return errMailTaken
	}
	return nil
}

func (a *Mails) send(ctx context.Context, row store.TakenMail) error {
	message, err := a.compose(ctx, row)
	if err != nil {
		return errors.Join(err, a.Store.ReturnMail(ctx, row.Ref()))
	}
	err = a.Sender.Send(ctx, message)
	var refused *mail.RefusedError
	switch {
	case err == nil:
		return a.settle(ctx, row, models.MailSent)
	case errors.As(err, &refused):
		activity.GetLogger(ctx).Warn("mail: refused; it will not be sent",
			"mail", row.ID, "purpose", string(row.Purpose), "step", refused.Step, "code", refused.Code)
		return a.settle(ctx, row, models.MailRefused)
	default:
		activity.GetLogger(ctx).Warn("mail: attempt failed; it will be repeated",
			"mail", row.ID, "purpose", string(row.Purpose), "error", err.Error())
		a.Done(row.Purpose, MailPutOff)
		return errors.Join(err, a.Store.ReturnMail(context.WithoutCancel(ctx), row.Ref()))
	}
}

// settle records the outcome. A sent mail whose record fails is sent again.
func (a *Mails) settle(ctx context.Context, row store.TakenMail, status models.MailStatus) error {
	if err := a.Store.SettleMail(context.WithoutCancel(ctx), row.Ref(), status); err != nil {
		return err
	}
	a.Done(row.Purpose, MailOutcome(status))
	return nil
}

func (a *Mails) compose(ctx context.Context, row store.TakenMail) (mail.Message, error) {
	org, err := a.Store.Across().Organization(ctx, row.OrgID)
	if err != nil {
		return mail.Message{}, err
	}
	merchant := mail.Merchant{Name: org.DisplayName()}
	if org.BrandColor != nil {
		merchant.Color = *org.BrandColor
	}
	message, err := mail.Render(mail.Letter{
		Purpose: string(row.Purpose), Locale: row.Content.Locale, Merchant: merchant, Values: row.Content.Values,
	})
	message.ID, message.To = row.ID, row.Content.To
	return message, err
}
