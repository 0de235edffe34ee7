package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/contact"
)

func personCommand() *cobra.Command {
	person := &cobra.Command{Use: "person", Short: "Erase verified persons"}
	var email, phone string
	var sandbox bool
	erase := &cobra.Command{
		Use: "erase [VERIFIED_PERSON_ID]", Short: "End all verifications of a person, in all organizations",
		Long: "Erase ends the credentials of a person in all organizations, the consents and the grants. The worker\n" +
			"deletes the rows within minutes. The person is named by id, or by --email or --phone.",
		Args: cobra.MaximumNArgs(1),
		RunE: withStore(func(ctx context.Context, s *store.Store, cmd *cobra.Command, args []string) error {
			erasure, err := erasureOf(args, email, phone)
			if err != nil {
				return err
			}
			erasure.Sandbox = sandbox
			done, err := s.Across().ErasePerson(ctx, erasure)
			if err != nil {
				return models.Explain(err)
			}
			if done.Credentials == 0 {
				cmd.Println("no verification of this person holds")
				return nil
			}
			cmd.Printf("erased: %d persons, %d credentials; the worker revokes the grants of %d consents\n",
				done.Persons, done.Credentials, len(done.Ended))
			return nil
		}),
	}
	erase.Flags().StringVar(&email, "email", "", "an e-mail address of the person")
	erase.Flags().StringVar(&phone, "phone", "", "a phone number of the person, such as +14155550123")
	erase.Flags().BoolVar(&sandbox, "sandbox", false, "with --email or --phone: the person of the sandbox organizations")
	person.AddCommand(erase)
	return person
}

// erasureOf reads the arguments of an erasure: exactly one way to name the person.
func erasureOf(args []string, email, phone string) (e store.Erasure, err error) {
	if (len(args) == 1) == (email+phone != "") {
		return e, errors.New("name the person by its id, or by --email or --phone")
	}
	if len(args) == 1 {
		e.PersonID = args[0]
		if !models.PrefixPerson.Names(e.PersonID) {
			return e, errors.New("the id of a person is vp_ and 24 characters")
		}
		return e, nil
	}
	if phone != "" && !contact.IsPhone(phone) {
		return e, errors.New("--phone must be an international number such as +14155550123")
	}
	e.Phone = phone
	if email == "" {
		return e, nil
	}
	if e.Email, err = contact.Email(email); err != nil {
		return e, fmt.Errorf("--email: %w", err)
	}
	return e, nil
}
