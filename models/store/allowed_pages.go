package store

import (
	"cmp"
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// allowedPages is a list of addresses that an organization allows for one purpose.
type allowedPages struct {
	noun   string // in errors
	action string // in the audit log, before .add and .remove
	detail string // the key of the address in the audit log
	limit  int    // the most addresses of an organization; 0 means no limit
	parse  func(param, text string) (models.HandoffURL, error)
	// insert stores a page and reports whether it is new.
	insert func(tx *gorm.DB, org string, page models.HandoffURL, now models.Timestamp) (made bool, err error)
	remove func(tx *gorm.DB, org, address string) *gorm.DB
	read   func(tx *gorm.DB, org string) ([]models.HandoffURL, error)
}

// changePages removes addresses from a list of the organization and adds others, all or none. It returns the list.
// Adding an allowed address changes nothing. Errors: CodeParameterInvalid for an invalid address or more than the
// limit, CodeResourceMissing for an address to remove that is not allowed, so that a misspelled removal does not go
// unnoticed.
func (s *Store) changePages(
	ctx context.Context, list allowedPages, org, actor string, add, remove []string,
) (allowed []models.HandoffURL, err error) {
	err = s.settle(ctx, func(tx *gorm.DB) error {
		// The lock orders racing changes, so that they cannot pass the limit together.
		if err := holdOrganization(tx, org); err != nil {
			return err
		}
		var o models.Organization
		if found, err := one(tx.Where("id = ?", org), &o); err != nil || !found {
			return orMissing(err, "organization", org)
		}
		for i, text := range remove {
			if err := s.removePage(tx, list, o, actor, fmt.Sprintf("remove[%d]", i), text); err != nil {
				return err
			}
		}
		for i, text := range add {
			if err := s.addPage(tx, list, o, actor, fmt.Sprintf("add[%d]", i), text); err != nil {
				return err
			}
		}
		allowed, err = list.read(tx, org)
		if err == nil && len(add) > 0 && list.limit > 0 && len(allowed) > list.limit {
			err = models.Invalid("add", "An organization may have at most %d %ss", list.limit, list.noun)
		}
		return err
	})
	return allowed, err
}

func (s *Store) addPage(tx *gorm.DB, list allowedPages, org models.Organization, actor, param, text string) error {
	page, err := list.parse(param, text)
	if err != nil {
		return err
	}
	if err := page.SafeFor(org, param); err != nil {
		return err
	}
	page = page.Tidy()
	if made, err := list.insert(tx, org.ID, page, s.Now()); err != nil || !made {
		return err
	}
	return s.auditPage(tx, list, org.ID, actor, "add", page.String())
}

func (s *Store) removePage(tx *gorm.DB, list allowedPages, org models.Organization, actor, param, text string) error {
	// A page that a later rule made invalid can still be removed by its listed text.
	address := text
	page, err := list.parse(param, text)
	if err == nil {
		address = page.Tidy().String()
	}
	res := list.remove(tx, org.ID, address)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 0 {
		return cmp.Or(err, error(models.Missing(list.noun, address)))
	}
	return s.auditPage(tx, list, org.ID, actor, "remove", address)
}

func (s *Store) auditPage(tx *gorm.DB, list allowedPages, org, actor, verb, address string) error {
	return s.audit(tx, org, actor, list.action+"."+verb, org, map[string]any{list.detail: address})
}
